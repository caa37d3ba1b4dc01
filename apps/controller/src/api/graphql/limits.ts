import {
  GraphQLError,
  Kind,
  type DocumentNode,
  type FragmentDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/*
 * What a document may ask for, judged by its text alone, before anything that takes longer than linear time looks at it.
 * What the lists of a query weigh is the business of the complexity plugin.
 */

/** Words and signs: the largest query of the dashboard has some 300, the introspection query of tools 350. */
export const maxTokens = 4_000;
/** Deepest query that the dashboards need is 4; introspection by tools goes down to 15. */
const maxDepth = 16;
/** Fields with fragments put in their places; beyond, comparing fields of one name takes longer than answering. */
const maxFields = 1_000;
/** People give a field a second name when they ask for it twice, and that is rarely done. */
const maxAliases = 100;
/** Operations that one request may bring. */
export const maxBatch = 10;

/** What stands below a selection, with fragments in their places. */
interface Extent {
  readonly depth: number;
  readonly fields: number;
  readonly aliases: number;
}

/** Errors: GraphQL errors with the code `too_large`, or for fragments that spread each other in a circle. */
export function checkLimits(document: DocumentNode): void {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const measure = new Measure(fragments);
  let total = nothing;
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) total = joined(total, measure.set(definition.selectionSet));
    else if (definition.kind === Kind.FRAGMENT_DEFINITION) measure.fragment(definition.name.value);
  }
  refuseOver('depth', total.depth, maxDepth);
  refuseOver('number of fields', total.fields, maxFields);
  refuseOver('number of aliases', total.aliases, maxAliases);
}

export const tooLarge = (message: string): GraphQLError =>
  new GraphQLError(message, { extensions: { code: 'too_large' } });

function refuseOver(what: string, value: number, most: number): void {
  if (value > most) throw tooLarge(`the ${what} of this query is ${value}, of at most ${most}; ask for less at once`);
}

const nothing: Extent = { depth: 0, fields: 0, aliases: 0 };
const joined = (a: Extent, b: Extent): Extent => ({
  depth: Math.max(a.depth, b.depth),
  fields: a.fields + b.fields,
  aliases: a.aliases + b.aliases,
});

/** Each fragment is measured once, so that fragments that double each other cost no more than their text. */
class Measure {
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #known = new Map<string, Extent>();
  readonly #open = new Set<string>();

  constructor(fragments: ReadonlyMap<string, FragmentDefinitionNode>) {
    this.#fragments = fragments;
  }

  set({ selections }: SelectionSetNode): Extent {
    let total = nothing;
    for (const selection of selections) total = joined(total, this.#selection(selection));
    return total;
  }

  fragment(name: string): Extent {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const fragment = this.#fragments.get(name);
    if (fragment === undefined) return nothing;
    if (this.#open.has(name)) throw new GraphQLError(`fragment "${name}" spreads itself; take one spread out`);
    this.#open.add(name);
    const extent = this.set(fragment.selectionSet);
    this.#open.delete(name);
    this.#known.set(name, extent);
    return extent;
  }

  #selection(selection: SelectionNode): Extent {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return this.fragment(selection.name.value);
    if (selection.kind === Kind.INLINE_FRAGMENT) return this.set(selection.selectionSet);
    const below = selection.selectionSet === undefined ? nothing : this.set(selection.selectionSet);
    const aliases = below.aliases + (selection.alias === undefined ? 0 : 1);
    return { depth: below.depth + 1, fields: below.fields + 1, aliases };
  }
}
