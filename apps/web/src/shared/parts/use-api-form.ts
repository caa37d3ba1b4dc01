import { useState, type SyntheticEvent } from 'react';
import { problemsByField, type ApiError } from '../api/api-error.ts';
import type { Outcome } from '../api/use-api.ts';

/** What a field of a form needs: spread it on a Mantine input. */
export interface FieldProps<Value> {
  readonly value: Value;
  readonly error: string | undefined;
}

interface FormOptions<Values, Data> {
  readonly initial: Values;
  readonly submit: (values: Values) => Promise<Outcome<Data>>;
  readonly onDone: (data: Data) => void;
}

/** The state of a form whose input the API judges: what it says of a field is shown at the field. */
export interface ApiForm<Values> {
  readonly values: Values;
  readonly set: (changes: Partial<Values>) => void;
  /** Whether anything differs from what the form began with. */
  readonly changed: boolean;
  readonly errors: Readonly<Record<string, string>>;
  /** What is wrong apart from single fields. */
  readonly problem: string | null;
  readonly busy: boolean;
  readonly onSubmit: (event: SyntheticEvent) => void;
  /** For an input that calls back with an event. */
  readonly text: (
    field: keyof Values & string,
  ) => FieldProps<string> & { readonly onChange: (event: { currentTarget: { value: string } }) => void };
  /** For an input that calls back with its value. */
  readonly field: <Key extends keyof Values & string>(
    field: Key,
  ) => FieldProps<Values[Key]> & { readonly onChange: (value: Values[Key]) => void };
}

/** A form over some values, sent to the API as a whole. */
export function useApiForm<Values extends object, Data>(options: FormOptions<Values, Data>): ApiForm<Values> {
  const { initial, submit, onDone } = options;
  const [values, setValues] = useState(initial);
  const [told, setTold] = useState<{ errors: Readonly<Record<string, string>>; problem: string | null }>(nothingTold);
  const [busy, setBusy] = useState(false);
  const set = (changes: Partial<Values>): void => {
    setValues((before) => ({ ...before, ...changes }));
    setTold(({ errors }) => ({ errors: without(errors, Object.keys(changes)), problem: null }));
  };
  const refuse = (error: ApiError): void => {
    const { fields, rest } = problemsByField(error, Object.keys(values));
    setTold({ errors: fields, problem: rest });
  };
  const send = async (): Promise<void> => {
    setBusy(true);
    setTold(nothingTold);
    const outcome = await submit(values);
    setBusy(false);
    if (outcome.ok) onDone(outcome.data);
    else refuse(outcome.error);
  };
  return {
    values,
    set,
    changed: JSON.stringify(values) !== JSON.stringify(initial),
    ...told,
    busy,
    onSubmit: (event) => {
      event.preventDefault();
      if (!busy) void send();
    },
    text: (field) => ({
      value: values[field] as string,
      error: told.errors[field],
      onChange: ({ currentTarget }) => set({ [field]: currentTarget.value } as Partial<Values>),
    }),
    field: (field) => ({
      value: values[field],
      error: told.errors[field],
      onChange: (value) => set({ [field]: value } as unknown as Partial<Values>),
    }),
  };
}

const nothingTold = { errors: {}, problem: null };

const without = (errors: Readonly<Record<string, string>>, fields: readonly string[]): Record<string, string> =>
  Object.fromEntries(Object.entries(errors).filter(([field]) => !fields.includes(field)));
