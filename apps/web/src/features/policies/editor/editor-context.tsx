import { createContext, use, type ReactNode } from 'react';
import { fieldOf, valueAt, type Json, type Place } from './document-path.ts';
import type { PolicyEditor } from './use-policy-editor.ts';

/** What fields may be filled with, by what they name. */
export interface Suggestions {
  readonly sites: readonly string[];
  readonly tags: readonly string[];
  readonly hostSets: readonly string[];
  readonly labels: readonly string[];
  readonly applications: readonly string[];
  readonly categories: readonly string[];
  readonly qosClasses: readonly string[];
}

interface EditorParts {
  readonly editor: PolicyEditor;
  readonly suggestions: Suggestions;
}

const EditorContext = createContext<EditorParts | null>(null);

export const EditorProvider = ({ children, ...parts }: EditorParts & { children: ReactNode }) => (
  <EditorContext value={parts}>{children}</EditorContext>
);

/** What the fields of the form share. */
export function useEditor(): EditorParts {
  const parts = use(EditorContext);
  if (parts === null) throw new Error('there is no policy to edit; draw it within an EditorProvider');
  return parts;
}

export interface Field {
  readonly value: Json | undefined;
  readonly error: string | undefined;
  readonly set: (value: Json | undefined) => void;
}

/** One place of the policy: its value, what is wrong with it or below it, and how to change it. */
export function useField(place: Place): Field {
  const { editor } = useEditor();
  const field = fieldOf(place);
  const errors = Object.entries(editor.errors)
    .filter(([name]) => name === field || name.startsWith(`${field}.`))
    .map(([, text]) => text);
  return {
    value: valueAt(editor.document, place),
    error: errors.length === 0 ? undefined : errors.join(' '),
    set: (value) => editor.set(place, value),
  };
}

/** A list of texts; anything else in its place is left to the YAML. */
export const textsIn = (value: Json | undefined): readonly string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
