import {
  execute,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLError,
  type GraphQLSchema,
} from 'graphql';
import { compileQuery, isCompiledQuery, type CompiledQuery } from 'graphql-jit';
import { checkLimits, maxTokens, tooLarge } from './limits.ts';

/** Documents that are kept ready. Programs ask the same few again and again; one takes some 50 KB with its code. */
const keptDocuments = 200;
/** Longer ones are not kept: programs do not send them again and again. */
const maxKeptLength = 16_384;
/** A document is compiled when it comes the second time: compiling costs more than carrying it out once. */
const compileFrom = 2;

interface Known {
  uses: number;
  errors: readonly GraphQLError[] | null;
  /** By operation name. */
  readonly compiled: Map<string | null, CompiledQuery | null>;
}

/** Documents made ready: read, judged, and compiled to code once they come again. */
export class Operations {
  readonly #schema: GraphQLSchema;
  readonly #rules;
  readonly #documents = new Map<string, DocumentNode>();
  readonly #known = new WeakMap<DocumentNode, Known>();

  constructor(schema: GraphQLSchema, options: { readonly introspection: boolean }) {
    this.#schema = schema;
    this.#rules = options.introspection ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule];
  }

  /** Errors: GraphQL errors for what is no document, or one that asks for too much. */
  parse(text: string): DocumentNode {
    const kept = this.#documents.get(text);
    if (kept !== undefined) {
      this.#documents.delete(text);
      this.#documents.set(text, kept);
      return kept;
    }
    const document = withinStack(() => parse(text, { maxLexicalTokens: maxTokens }));
    checkLimits(document);
    this.#known.set(document, { uses: 0, errors: null, compiled: new Map() });
    if (text.length > maxKeptLength) return document;
    this.#documents.set(text, document);
    const oldest = this.#documents.keys().next();
    if (this.#documents.size > keptDocuments && oldest.done !== true) this.#documents.delete(oldest.value);
    return document;
  }

  /** What is wrong with a document that was parsed here; nothing where nothing is. */
  validate(document: DocumentNode): readonly GraphQLError[] {
    const known = this.#knownOf(document);
    known.errors ??= withinStack(() => validate(this.#schema, document, this.#rules, { maxErrors: 10 }));
    return known.errors;
  }

  /** Carries a valid query or mutation out. */
  execute(args: ExecutionArgs): Promise<ExecutionResult> | ExecutionResult {
    const known = this.#knownOf(args.document);
    known.uses += 1;
    const compiled = known.uses < compileFrom ? null : this.#compiled(known, args);
    return compiled === null
      ? execute(args)
      : compiled.query(args.rootValue, args.contextValue, args.variableValues ?? {});
  }

  /** Null for what cannot be compiled. */
  #compiled(known: Known, { document, operationName = null }: ExecutionArgs): CompiledQuery | null {
    const kept = known.compiled.get(operationName);
    if (kept !== undefined) return kept;
    const made = compileQuery(this.#schema, document, operationName ?? undefined);
    const compiled = isCompiledQuery(made) ? made : null;
    known.compiled.set(operationName, compiled);
    return compiled;
  }

  #knownOf(document: DocumentNode): Known {
    const known = this.#known.get(document);
    if (known === undefined) throw new TypeError('the document was not parsed here');
    return known;
  }
}

/** Values within values are read by functions within functions, of which there is an end before that of the tokens. */
function withinStack<T>(read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    if (thrown instanceof RangeError) throw tooLarge('the values of this query stand too deep within each other');
    throw thrown;
  }
}
