import { err, ok, type Result } from './result.ts';

declare const patternBrand: unique symbol;

/**
 * A domain name in lower case, `example.com`, or every name below one, `*.example.com`, at any depth: `a.b.example.com` is
 * meant, `example.com` itself and `evilexample.com` are not.
 */
export type DomainPattern = string & { readonly [patternBrand]: true };

/** Longest name in text form (RFC 1035, section 2.3.4, less the root label). */
const maxNameLength = 253;
const label = '(?!-)[a-z0-9_-]{1,63}(?<!-)';
const nameForm = new RegExp(`^${label}(?:\\.${label})*$`);
const remedy = 'write it like example.com, or *.example.com for every name below it';

/** A pattern in lower case and without the root's dot, or why the text is none. */
export function parseDomainPattern(text: string): Result<DomainPattern, string> {
  const pattern = text.trim().toLowerCase().replace(/\.$/, '');
  const name = pattern.startsWith('*.') ? pattern.slice(2) : pattern;
  if (name.length > maxNameLength || !nameForm.test(name)) return err(`"${text}" is not a domain; ${remedy}`);
  if (/^[\d.]+$/.test(name)) return err(`"${text}" is an address; name it as a prefix`);
  if (pattern !== name && !name.includes('.')) return err(`"${text}" is a whole top-level domain; ${remedy}`);
  return ok(pattern as DomainPattern);
}

/** Whether a name, in lower case and without the root's dot, is meant by a pattern. */
export const domainMatches = (pattern: DomainPattern, name: string): boolean =>
  pattern.startsWith('*.')
    ? name.length > pattern.length - 1 && name.endsWith(pattern.slice(1))
    : name === (pattern as string);

/** Finds what was filed under patterns by a name, in time that grows with the labels of the name only. */
export class DomainIndex<T> {
  readonly #exact = new Map<string, T[]>();
  readonly #below = new Map<string, T[]>();

  add(pattern: DomainPattern, value: T): void {
    const [map, name] = pattern.startsWith('*.') ? [this.#below, pattern.slice(2)] : [this.#exact, pattern];
    const values = map.get(name);
    if (values === undefined) map.set(name, [value]);
    else values.push(value);
  }

  /** Everything filed under a pattern that means this name; the closest pattern first. */
  find(name: string): T[] {
    const found = [...(this.#exact.get(name) ?? [])];
    for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
      found.push(...(this.#below.get(name.slice(dot + 1)) ?? []));
    }
    return found;
  }
}
