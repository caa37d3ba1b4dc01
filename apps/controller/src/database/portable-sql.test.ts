import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const sources = join(import.meta.dirname, '..');
/** Where one of the two databases is dealt with; everything else runs on both. */
const ofOneDatabase =
  /(sqlite|postgres)[^/]*\.ts$|database\/(portable-sql|transaction)\.ts$|migrations\/(append-only|redefine-table)\.ts$|\.test\.ts$|^testing\/|\/testing\/|^database-tools\//;

/** What only one of the two understands or the two understand differently, and what to say in its place. */
const words: readonly (readonly [RegExp, string])[] = [
  [/\bPRAGMA\b|\bsqlite_(master|schema|sequence)\b/, 'ask in database/portable-sql.ts'],
  [/\bINSERT OR \w+|\bREPLACE INTO\b|\breplaceInto\(/, 'use onConflict'],
  [/\.insertId\b|\blast_insert_rowid\b/, 'use returning(…)'],
  [/\browid\b/, 'name the primary key'],
  [/\b(instr|strpos|position)\(/, 'use contains of database/portable-sql.ts'],
  [/\b(ifnull|isnull|iif)\(/i, 'use coalesce or CASE'],
  [/\b(group_concat|string_agg|json_each|json_extract|jsonb?_\w+)\(/, 'put it together in TypeScript'],
  [/\b(strftime|julianday|unixepoch|to_timestamp|date_trunc)\(/, 'times are numbers; count with them'],
  [/\bsum\([^)`]*[=<>]/, 'use count(*) FILTER (WHERE …)'],
  [/(?<!Math\.)\b(max|min)\([\w.]+, /, 'SQLite alone takes two values; use CASE'],
  [
    /\b(I?LIKE|GLOB|REGEXP)\b|'i?like'/,
    'case counts in one and not in the other; use contains of database/portable-sql.ts',
  ],
  [/\w::\w|= ANY\b|\bRETURNING \*/, 'PostgreSQL alone understands it'],
  [/\bas (integer|int|real)\)/i, 'these have 32 bits in PostgreSQL; cast as bigint or double precision'],
  [/\bNULLS (FIRST|LAST)\b/, 'nulls come first in SQLite and last in PostgreSQL; order by "x IS NULL" before x'],
];

it('SQL that runs on both databases says nothing that only one of them understands', () => {
  const files = globSync('**/*.ts', { cwd: sources }).filter((file) => !ofOneDatabase.test(file));
  expect(files.length).toBeGreaterThan(80);
  const found = files.flatMap((file) => {
    const text = readFileSync(join(sources, file), 'utf8');
    return words.flatMap(([pattern, remedy]) => {
      const [said] = pattern.exec(text) ?? [];
      return said === undefined ? [] : [`${file} says "${said}": ${remedy}`];
    });
  });
  expect(found).toEqual([]);
});
