import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Sources are tested directly: the `patronus-source` export condition skips the build. */
const conditions = ['patronus-source'];
/** The copy of `graphql` that Node gives to libraries: one from its `module` field would not know their schemas. */
const alias = [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve('graphql')) }];
const suite = (name: string, include: string[], exclude: string[], testTimeout: number) => ({
  resolve: { conditions, alias },
  ssr: { resolve: { conditions } },
  test: {
    name,
    include,
    exclude: ['**/node_modules/**', '**/dist/**', ...exclude],
    testTimeout,
    hookTimeout: testTimeout,
  },
});
const every = (kind: string) => [`{packages,apps}/*/src/**/*${kind}.test.ts`, `{lab,bench}/src/**/*${kind}.test.ts`];

export default defineConfig({
  test: {
    projects: [
      suite('unit', every(''), ['**/*.{medium,netns,e2e}.test.ts'], 10_000),
      suite('medium', every('.medium'), [], 120_000),
      // they also run on an emulated machine, where a program takes twenty seconds to start
      suite('netns', every('.netns'), [], 400_000),
      suite('e2e', every('.e2e'), [], 120_000),
    ],
  },
});
