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
    const declared = JSON.parse(readFileSync(inRoot(room, 'package.json'), 'utf8'));
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
  const allowance = allowances.find(({ from, to }) => (path === from || path.startsWith(`${from}/`)) && to === name);
  const testAllowance = isTest(path) ? allowances.find(({ from, to }) => from === 'tests' && to === name) : undefined;
  for (const each of [allowance, testAllowance]) if (each !== undefined) used.add(each);
  if (allowance !== undefined || testAllowance !== undefined) {
    return isBuiltin(name) || isTest(path) || isDeclared(declared, name)
      ? null
      : `${path} imports ${name}, which its package.json does not name`;
  }
  return refusal({ room, path, name, declared });
}

/** Why an import without an allowance is not welcome; null when it needs none. */
function refusal({ room, path, name, declared }) {
  const place = 'scripts/lib/import-rules.mjs';
  if (name.startsWith('@patronus/')) return `${path} imports ${name}: no arrow leads there; see ${place}`;
  if (isBuiltin(name)) {
    const guard = guardedBuiltins[name];
    if (isTest(path)) return null;
    if (pureRooms.includes(room)) return `${path} imports ${name}: ${room} is pure; see ${place}`;
    return guard === undefined ? null : `${path} imports ${name}: ${guard}; see ${place}`;
  }
  if (pureRooms.includes(room) && !isTest(path)) return `${path} imports ${name}: ${room} is pure; see ${place}`;
  return isDeclared(declared, name) ? null : `${path} imports ${name}, which its package.json does not name`;
}

const isTest = (path) => path.endsWith('.test.ts') || path.includes('/testing/');
const isBuiltin = (name) => name.startsWith('node:') || builtinModules.includes(name);

function isDeclared({ dependencies = {}, devDependencies = {} }, name) {
  const parts = name.split('/');
  const packageName = name.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0];
  return packageName in dependencies || packageName in devDependencies;
}

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
