import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The controller that `vite dev` passes API calls on to. */
const controller = 'http://localhost:8080';

export default defineConfig({
  plugins: [react()],
  build: {
    target: 'es2022',
    modulePreload: false,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 300,
    rolldownOptions: { input: ['index.html', 'playground.html'] },
  },
  server: { proxy: { '/api': controller, '/graphql': { target: controller, ws: true } } },
});
