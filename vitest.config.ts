import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Sources are tested directly: the `patronus-source` export condition skips the build. */
const conditions = ['patronus-source'];
/** The copy of `graphql` that Node gives to libraries: one from its `module` field would not know their schemas. */
const alias = [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve('graphql')) }];
const suite = (name: string, include: string[], exclude: string[], testTimeout: number, more: object = {}) => ({
  resolve: { conditions, alias },
  ssr: { resolve: { conditions } },
  // where a global setup runs
  environments: { __vitest__: { resolve: { conditions } } },
  test: {
    name,
    include,
    exclude: ['**/node_modules/**', '**/dist/**', ...exclude],
    testTimeout,
    hookTimeout: testTimeout,
    ...more,
  },
});
const every = (kind: string) => [`{packages,apps}/*/src/**/*${kind}.test.ts`, `{lab,bench}/src/**/*${kind}.test.ts`];

/** What they hold is decided before a database is asked, or between controller and edge. */
const beforeTheDatabase = [
  'apps/controller/src/api/{cookies,lab,oidc*,passkeys,path-operations,rate-limits,tokens,totp}.medium.test.ts',
  'apps/controller/src/api/graphql/{http-audit,limits,subscriptions}.medium.test.ts',
];

export default defineConfig({
  test: {
    projects: [
      suite('unit', every(''), ['**/*.{medium,postgres,netns,e2e}.test.ts'], 10_000),
      suite('medium', every('.medium'), [], 120_000),
      // what the controller's tests hold on SQLite holds on PostgreSQL too
      suite(
        'postgres',
        [...every('.postgres'), 'apps/controller/src/**/*.medium.test.ts'],
        ['**/*sqlite*.medium.test.ts', ...beforeTheDatabase],
        120_000,
        { globalSetup: 'apps/controller/src/testing/postgres-setup.ts' },
      ),
      // they also run on an emulated machine, where a program takes twenty seconds to start
      suite('netns', every('.netns'), [], 400_000),
      suite('e2e', every('.e2e'), [], 120_000),
    ],
  },
});
