import { LineCounter, parseDocument, stringify } from 'yaml';
import { isObject, type JsonObject } from './document-path.ts';

/** A policy as text that people write. */
export const yamlOf = (document: JsonObject): string => stringify(document, { lineWidth: 0 });

/** A text that was read, or what is wrong with it and where. */
export type ReadYaml =
  | { readonly ok: true; readonly document: JsonObject }
  | { readonly ok: false; readonly problem: string; readonly line: number };

export function readYaml(text: string): ReadYaml {
  const lines = new LineCounter();
  const parsed = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = parsed.errors;
  if (error !== undefined) {
    return { ok: false, problem: error.message, line: lines.linePos(error.pos[0]).line };
  }
  const document = parsed.toJS() as JsonObject;
  if (!isObject(document)) return { ok: false, problem: 'A policy is fields with values: “name: voice”', line: 1 };
  return { ok: true, document };
}

/** The line, from 1, on which a field such as `action.sla.max_loss_percent` stands, or the nearest that it would stand in. */
export function lineOfField(text: string, field: string): number {
  const lines = new LineCounter();
  const parsed = parseDocument(text, { lineCounter: lines });
  const place = field.split('.').map((key) => (/^\d+$/.test(key) ? Number(key) : key));
  for (let length = place.length; length > 0; length -= 1) {
    const node = parsed.getIn(place.slice(0, length), true) as { range?: readonly number[] } | undefined;
    if (node?.range?.[0] !== undefined) return lines.linePos(node.range[0]).line;
  }
  return 1;
}
