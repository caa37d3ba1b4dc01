import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import {
  convertCssVariables,
  defaultCssVariablesResolver,
  DEFAULT_THEME,
  mergeMantineTheme,
  type MantineThemeOverride,
} from '@mantine/core';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { theme } from './src/app/theme.ts';

/** The controller that `vite dev` passes API calls on to. */
const controller = 'http://localhost:8080';

export default defineConfig({
  plugins: [react(), themeVariables(theme), compressed()],
  build: {
    target: 'es2022',
    // What a page needs is asked for at once, and not as one file after the other is read.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 600,
    rolldownOptions: { input: ['index.html', 'playground.html'] },
  },
  server: { proxy: { '/api': controller, '/graphql': { target: controller, ws: true } } },
});

/** The theme as CSS variables before our own, which Mantine would otherwise write into the page against its content policy. */
function themeVariables(override: MantineThemeOverride): Plugin {
  const css = convertCssVariables(defaultCssVariablesResolver(mergeMantineTheme(DEFAULT_THEME, override)), ':root');
  return {
    name: 'theme-variables',
    enforce: 'pre',
    transform: (code, id) => (id.endsWith('/app/theme.css') ? `${css}\n${code}` : undefined),
  };
}

/** Smaller ones do not get smaller. */
const leastBytes = 1024;

/** Every text file of the build also as brotli and gzip, so that the controller compresses nothing when it is asked. */
function compressed(): Plugin {
  let folder = '';
  return {
    name: 'compressed',
    apply: 'build',
    configResolved: ({ root, build }) => {
      folder = resolve(root, build.outDir);
    },
    closeBundle: () => {
      for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
        if (!/\.(js|css|html|svg|json)$/.test(entry)) continue;
        const file = join(folder, entry);
        const content = readFileSync(file);
        if (content.length < leastBytes) continue;
        writeFileSync(`${file}.br`, brotliCompressSync(content));
        writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
      }
    },
  };
}
