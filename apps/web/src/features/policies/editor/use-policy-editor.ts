import { useDebouncedValue } from '@mantine/hooks';
import { useEffect, useMemo, useState } from 'react';
import { problemsByField, type ApiError } from '../../../shared/api/api-error.ts';
import { useNetworkStore } from '../../../shared/live/use-network.ts';
import { useSession } from '../../../shared/services.tsx';
import type { Preview } from '../policy-documents.ts';
import { fieldsOf, withValueAt, type Json, type JsonObject, type Place } from './document-path.ts';
import { previewPolicy, writePolicy, type Writing } from './policy-document-api.ts';
import { readYaml, yamlOf } from './policy-yaml.ts';

/** The controller is asked what a change would do once typing pauses for so long. */
const pauseMs = 400;

/** What the controller thinks of the document as it is now. */
export type Judgement =
  | { readonly kind: 'none' }
  | { readonly kind: 'asking' }
  | { readonly kind: 'fine'; readonly preview: Preview }
  | { readonly kind: 'refused'; readonly error: ApiError };

export interface PolicyEditor {
  readonly document: JsonObject;
  readonly set: (place: Place, value: Json | undefined) => void;
  /** The same as YAML; what is typed there is the document as soon as it can be read. */
  readonly text: string;
  readonly setText: (text: string) => void;
  /** Why the text is no document yet. */
  readonly unreadable: { readonly problem: string; readonly line: number } | null;
  readonly judgement: Judgement;
  /** What is wrong, by fields of the document such as `action.prefer`. */
  readonly errors: Readonly<Record<string, string>>;
  /** What is wrong apart from its fields. */
  readonly problem: string | null;
  readonly busy: boolean;
  /** Answers with the id of what was written. */
  readonly save: () => Promise<string | null>;
}

/** A policy while it is written: one document under the form and the text, judged by the controller as it grows. */
export function usePolicyEditor(
  initial: JsonObject,
  writingOf: (document: JsonObject) => Writing | null,
): PolicyEditor {
  const [document, setDocument] = useState(initial);
  const [text, setText] = useState(() => yamlOf(initial));
  const [unreadable, setUnreadable] = useState<PolicyEditor['unreadable']>(null);
  const session = useSession();
  const csrfToken = session.kind === 'signed-in' ? session.csrfToken : '';
  const { judgement, refuse } = useJudgement(document, writingOf, csrfToken);
  const { busy, write } = useWriting(csrfToken);
  const told = useMemo(() => {
    if (judgement.kind !== 'refused') return { fields: {}, rest: null };
    return problemsByField(judgement.error, [...formFields, ...fieldsOf(document)]);
  }, [judgement, document]);
  return {
    document,
    text,
    unreadable,
    judgement,
    errors: told.fields,
    problem: told.rest,
    busy,
    set: (place, value) => {
      const next = withValueAt(document, place, value);
      setDocument(next);
      setText(yamlOf(next));
      setUnreadable(null);
    },
    setText: (typed) => {
      setText(typed);
      const read = readYaml(typed);
      setUnreadable(read.ok ? null : read);
      if (read.ok) setDocument(read.document);
    },
    save: async () => {
      const writing = writingOf(document);
      if (writing === null) return null;
      const outcome = await write(writing);
      if (outcome.ok) return String(outcome.data.id);
      refuse(outcome.error);
      return null;
    },
  };
}

/** Fields that the form has though they are not in the document. */
const formFields = ['name', 'description', 'priority', 'match_conditions', 'action'];

function useJudgement(
  document: JsonObject,
  writingOf: (document: JsonObject) => Writing | null,
  csrfToken: string,
): { readonly judgement: Judgement; readonly refuse: (error: ApiError) => void } {
  const [judgement, setJudgement] = useState<Judgement>({ kind: 'none' });
  const [settled] = useDebouncedValue(document, pauseMs);
  const asked = JSON.stringify(writingOf(settled));
  useEffect(() => {
    let current = true;
    const writing = JSON.parse(asked) as Writing | null;
    setJudgement(writing === null ? { kind: 'none' } : { kind: 'asking' });
    if (writing === null) return;
    const ask = async () => {
      const outcome = await previewPolicy(writing, csrfToken);
      if (!current) return;
      setJudgement(outcome.ok ? { kind: 'fine', preview: outcome.data } : { kind: 'refused', error: outcome.error });
    };
    void ask();
    return () => {
      current = false;
    };
  }, [asked, csrfToken]);
  return { judgement, refuse: (error) => setJudgement({ kind: 'refused', error }) };
}

function useWriting(csrfToken: string) {
  const [busy, setBusy] = useState(false);
  const store = useNetworkStore();
  const write = async (writing: Writing) => {
    setBusy(true);
    const outcome = await writePolicy(writing, csrfToken);
    setBusy(false);
    if (outcome.ok) store.refresh();
    return outcome;
  };
  return { busy, write };
}
