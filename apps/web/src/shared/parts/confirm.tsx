import { createContext, lazy, Suspense, use, useCallback, useState, type ReactNode } from 'react';

const ConfirmDialog = lazy(async () => ({ default: (await import('./confirm-dialog.tsx')).ConfirmDialog }));

export interface Question {
  readonly title: string;
  /** What will be lost, by name and number, and whether it can be had back. */
  readonly children: ReactNode;
  /** The verb on the button: `Delete`, not `OK`. */
  readonly action: string;
  readonly dangerous?: boolean;
  /** What must be typed first, for what cannot be undone. */
  readonly typed?: string;
}

type Ask = (question: Question) => Promise<boolean>;

const ConfirmContext = createContext<Ask | null>(null);

/** Answers `ask(question)`: whether the user wants it. */
export function useConfirm(): Ask {
  const ask = use(ConfirmContext);
  if (ask === null) throw new Error('nobody can be asked; draw it within a ConfirmProvider');
  return ask;
}

/** Shows the dialog of {@link useConfirm}. */
export function ConfirmProvider({ children }: { children: ReactNode }) {
  const [asked, setAsked] = useState<{ question: Question; answer: (yes: boolean) => void } | null>(null);
  const ask = useCallback<Ask>((question) => new Promise((answer) => setAsked({ question, answer })), []);
  const close = (yes: boolean) => {
    asked?.answer(yes);
    setAsked(null);
  };
  return (
    <ConfirmContext value={ask}>
      {children}
      <Suspense>{asked !== null && <ConfirmDialog question={asked.question} onAnswer={close} />}</Suspense>
    </ConfirmContext>
  );
}
