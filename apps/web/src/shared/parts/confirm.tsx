import { Button, Modal, TextInput } from '@mantine/core';
import { createContext, use, useCallback, useState, type ReactNode } from 'react';
import classes from './confirm.module.css';

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
      {asked !== null && <Dialog question={asked.question} onAnswer={close} />}
    </ConfirmContext>
  );
}

function Dialog({ question, onAnswer }: { question: Question; onAnswer: (yes: boolean) => void }) {
  const { title, children, action, dangerous = false, typed } = question;
  const [text, setText] = useState('');
  const ready = typed === undefined || text === typed;
  return (
    <Modal opened onClose={() => onAnswer(false)} title={title}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) onAnswer(true);
        }}
      >
        <div className={classes.text}>{children}</div>
        {typed !== undefined && (
          <TextInput
            data-autofocus
            label={`To go on, type “${typed}”`}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
        )}
        <div className={classes.buttons}>
          <Button variant="default" onClick={() => onAnswer(false)} data-autofocus={typed === undefined || undefined}>
            Cancel
          </Button>
          <Button type="submit" color={dangerous ? 'red' : 'brand'} disabled={!ready}>
            {action}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
