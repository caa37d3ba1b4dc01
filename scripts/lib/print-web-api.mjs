// Writes what the web page knows of the API: run by web-api.mjs with the condition under which packages are their sources.
import { mkdirSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { preprocessIntrospection } from '@gql.tada/internal';
import { introspectionFromSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { graphqlSchema } from '../../apps/controller/src/api/graphql/schema.ts';
import { permissions } from '../../apps/controller/src/api/permissions.ts';

const folder = process.argv[2];
const schema = lexicographicSortSchema(graphqlSchema);
const introspection = introspectionFromSchema(schema, { descriptions: false });
const operations = Object.entries(permissions)
  .filter(([operation]) => /^(Query|Mutation|Subscription)\./.test(operation))
  .map(([operation, { least, foreign }]) => [operation, foreign === undefined ? { least } : { least, foreign }]);

write('schema.graphql', `${printSchema(schema)}\n`);
write(
  'introspection.ts',
  `/* The controller's schema as types. */\nexport type introspection = ${preprocessIntrospection(introspection)};\n`,
);
write(
  'permissions.ts',
  `/* The controller's table of permissions. */
type Role = 'viewer' | 'operator' | 'admin';
type Permission = { readonly least: 'open' | 'read' | Role; readonly foreign?: Role };
const table = ${JSON.stringify(Object.fromEntries(operations), null, 2)} as const;
export type Operation = keyof typeof table;
export const permissions: Readonly<Record<Operation, Permission>> = table;
`,
);

/** What has not changed stays as it is, so that nothing is built again for it. */
function write(name, text) {
  const file = join(folder, name);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
