import { Button, Modal, TextInput } from '@mantine/core';
import { useState } from 'react';
import classes from './confirm.module.css';
import type { Question } from './confirm.tsx';

/** Asks one question; a button or a key answers it. */
export function ConfirmDialog({ question, onAnswer }: { question: Question; onAnswer: (yes: boolean) => void }) {
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
