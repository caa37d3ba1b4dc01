import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { allowances, guardedBuiltins, pureRooms, rooms } from './import-rules.mjs';
import { inRoot, root } from './root.mjs';

/**
 * Compares the imports of every room with the allow-list.
 *
 * @returns {string[]} one line per import that is not allowed and per allowance that nothing needs
 */
export function importProblems() {
  const used = new Set();
  const problems = rooms.flatMap((room) => {
    const declared = declaredBy(room);
    return sourcesOf(inRoot(room)).flatMap((file) => {
      const path = relative(root, file);
      const wanted = new Set(importsOf(readFileSync(file, 'utf8')));
      return [...wanted].flatMap((name) => problemWith({ room, path, name, declared }, used) ?? []);
    });
  });
  const unused = allowances.filter((allowance) => !used.has(allowance));
  return [
    ...problems,
    ...unused.map(
      ({ from, to, reason }) => `the allowance of ${from} to import ${to} (${reason}) is not used; remove it`,
    ),
  ];
}

function problemWith({ room, path, name, declared }, used) {
  if (name.startsWith('.')) {
    const target = relative(root, join(dirname(inRoot(path)), name));
    return target.startsWith(`${room}/`) ? null : `${path} reaches into ${target}; import the other room by its name`;
  }
  if (!isBuiltin(name) && !(isTest(path) ? declaredSomewhere : declared).has(packageOf(name))) {
    return `${path} imports ${name}, which its package.json does not name`;
  }
  const allowed = allowances.filter(({ from, to }) => to === name && isWithin(path, from));
  for (const allowance of allowed) used.add(allowance);
  const objection = allowed.length > 0 ? null : objectionTo(room, path, name);
  return objection === null ? null : `${path} imports ${name}: ${objection}; see scripts/lib/import-rules.mjs`;
}

/** Why an import needs an allowance; null when it needs none. */
function objectionTo(room, path, name) {
  if (name.startsWith('@patronus/')) return 'no arrow leads there';
  if (isTest(path)) return null;
  if (pureRooms.includes(room)) return `${room} is pure`;
  return guardedBuiltins[name] ?? null;
}

const isWithin = (path, from) => (from === 'tests' ? isTest(path) : path === from || path.startsWith(`${from}/`));
const isTest = (path) =>
  path.endsWith('.test.ts') || path.includes('/testing/') || path.startsWith('packages/testkit/');
const isBuiltin = (name) => name.startsWith('node:') || builtinModules.includes(name);

/** Names of packages that a workspace says it needs. */
function declaredBy(workspace) {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(inRoot(workspace, 'package.json'), 'utf8'));
  return new Set(Object.keys({ ...dependencies, ...devDependencies }));
}

/** Tests may use what any workspace has brought in, and the testkit. */
const declaredSomewhere = new Set(['@patronus/testkit', ...['.', ...rooms].flatMap((room) => [...declaredBy(room)])]);

/** `@scope/name` of `@scope/name/deep`, `name` of `name/deep`. */
const packageOf = (name) =>
  name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');

/** Static and dynamic imports, re-exports, and other rooms named in any string. */
const importForms = [
  /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/gm,
  /^\s*import\s*['"]([^'"]+)['"]/gm,
  /\bimport\(\s*['"]([^'"]+)['"]/g,
  /['"](@patronus\/[^'"]+)['"]/g,
];

const importsOf = (source) => importForms.flatMap((form) => Array.from(source.matchAll(form), ([, name]) => name));

const sourcesOf = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return ['node_modules', 'dist'].includes(entry.name) ? [] : sourcesOf(path);
    return /\.(ts|tsx|mjs)$/.test(entry.name) ? [path] : [];
  });
