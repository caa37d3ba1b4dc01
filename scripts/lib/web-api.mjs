import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { nodeProgram } from './node.mjs';
import { inRoot, root } from './root.mjs';
import { step } from './run.mjs';

const sources = inRoot('apps/web/src');
const generated = join(sources, 'shared/api/generated');

/** Prints the schema and the permissions of the controller's sources for the web page; git does not keep them. */
export const printWebApi = () =>
  step('Printing the API for the page', nodeProgram(), [
    '--conditions=patronus-source',
    '--disable-warning=ExperimentalWarning',
    inRoot('scripts/lib/print-web-api.mjs'),
    generated,
  ]);

const documents = /\bgraphql\(\s*`([^`]*)`/g;

/**
 * What is wrong with the page's GraphQL documents by the schema that was printed last.
 *
 * @returns {Promise<string[]>} one line per finding
 */
export async function documentProblems() {
  const { buildSchema, parse, validate, specifiedRules, NoUnusedFragmentsRule, Source } = await import('graphql');
  const schemaFile = join(generated, 'schema.graphql');
  if (!existsSync(schemaFile)) return ['the API is not printed; run "npm run build"'];
  const schema = buildSchema(readFileSync(schemaFile, 'utf8'));
  const parsed = filesOf(sources).flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(documents)].map(([, text]) =>
      parse(new Source(text, relative(root, file)), { noLocation: false }),
    ),
  );
  const definitions = parsed.flatMap((document) => document.definitions);
  const fragments = definitions.filter(({ kind }) => kind === 'FragmentDefinition');
  const rules = specifiedRules.filter((rule) => rule !== NoUnusedFragmentsRule);
  const operations = definitions.filter(({ kind }) => kind === 'OperationDefinition');
  const errors = operations.flatMap((operation) =>
    validate(schema, { kind: 'Document', definitions: [operation, ...fragments] }, rules),
  );
  return [...new Set(errors.map((error) => `${error.source?.name ?? 'apps/web'}: ${error.message}`))];
}

const filesOf = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesOf(path);
    return /\.tsx?$/.test(entry.name) && !path.startsWith(generated) ? [path] : [];
  });
