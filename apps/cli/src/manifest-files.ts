import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { InvalidInputError, messageOf, PatronusError, type FieldProblem } from '@patronus/core';
import { isNode, LineCounter, parseAllDocuments, type Document } from 'yaml';
import { readStdin, type Terminal } from './terminal.ts';

/** A YAML document, and how to tell where in its file something stands. */
interface PlacedDocument {
  readonly value: unknown;
  /** `network.yaml:12` for a path of keys and indexes in it, or for the nearest thing around it that is there. */
  placeOf(path: readonly (string | number)[]): string;
}

/**
 * All documents of files, directories (their `.yaml`, `.yml` and `.json` files in order of name) and standard input (`-`).
 * Errors: `invalid_input` with file and line of everything that is not YAML, or for what cannot be read.
 */
export async function readManifests(terminal: Terminal, names: readonly string[]): Promise<PlacedDocument[]> {
  const problems: FieldProblem[] = [];
  const documents: PlacedDocument[] = [];
  for (const name of names.flatMap((each) => filesOf(terminal, each))) {
    documents.push(...parse(name, await readText(terminal, name), problems));
  }
  if (problems.length > 0) throw new InvalidInputError(problems);
  if (documents.length > 0) return documents;
  throw new PatronusError('invalid_input', `there is no document in ${names.join(', ')}; see "patronus export"`);
}

/** The problems of `documents[2].spec.priority` at their places in the files. */
export function atTheirPlaces(error: InvalidInputError, documents: readonly PlacedDocument[]): InvalidInputError {
  return new InvalidInputError(
    error.problems.map((each) => {
      const [, index, rest = ''] = /^documents\[(\d+)\]\.?(.*)$/.exec(each.field) ?? [];
      const document = index === undefined ? undefined : documents[Number(index)];
      if (document === undefined) return each;
      const place = document.placeOf(pathOf(rest));
      return { ...each, field: rest === '' ? place : `${place}: ${rest}` };
    }),
  );
}

const pathOf = (field: string): (string | number)[] =>
  [...field.matchAll(/[^.[\]]+/g)].map(([part]) => (/^\d+$/.test(part) ? Number(part) : part));

function filesOf(terminal: Terminal, name: string): string[] {
  if (name === '-') return [name];
  try {
    if (!statSync(resolve(terminal.cwd, name)).isDirectory()) return [name];
    const files = readdirSync(resolve(terminal.cwd, name)).filter((file) => /\.(ya?ml|json)$/.test(file));
    return files.toSorted().map((file) => join(name, file));
  } catch (cause) {
    throw new PatronusError('invalid_input', `--file: cannot read ${name}: ${messageOf(cause)}`, { cause });
  }
}

async function readText(terminal: Terminal, name: string): Promise<string> {
  return name === '-' ? readStdin(terminal) : readFileSync(resolve(terminal.cwd, name), 'utf8');
}

function parse(name: string, text: string, problems: FieldProblem[]): PlacedDocument[] {
  const file = name === '-' ? 'standard input' : name;
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false });
  const found: readonly Document[] = Array.isArray(parsed) ? parsed : [];
  const place = (offset: number): string => `${file}:${lines.linePos(offset).line}`;
  return found.flatMap((document): PlacedDocument[] => {
    for (const error of document.errors) problems.push({ field: place(error.pos[0]), problem: error.message });
    if (document.errors.length > 0 || document.contents === null) return [];
    const value: unknown = document.toJS();
    const start = document.contents.range?.[0] ?? 0;
    if (value === null || typeof value !== 'object' || Array.isArray(value)) {
      problems.push({
        field: place(start),
        problem: 'is no object with named fields',
        remedy: 'see "patronus export"',
      });
      return [];
    }
    return [{ value, placeOf: (path) => place(offsetOf(document, path) ?? start) }];
  });
}

function offsetOf(document: Document, path: readonly (string | number)[]): number | undefined {
  for (let length = path.length; length > 0; length--) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return undefined;
}
