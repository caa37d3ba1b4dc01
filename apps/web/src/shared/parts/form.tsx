import { Alert, Button } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './form.module.css';
import type { ApiForm } from './use-api-form.ts';

interface FormProps<Values> {
  readonly form: ApiForm<Values>;
  /** The verb on the button. */
  readonly action: string;
  readonly onCancel?: () => void;
  readonly children: ReactNode;
}

/** Fields, what is wrong with them as a whole, and the buttons. */
export function Form<Values>({ form, action, onCancel, children }: FormProps<Values>) {
  return (
    <form onSubmit={form.onSubmit} className={classes.form} noValidate>
      {children}
      {form.problem !== null && (
        <Alert color="red" role="alert">
          {form.problem}
        </Alert>
      )}
      <div className={classes.buttons}>
        {onCancel !== undefined && (
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
        )}
        <Button type="submit" loading={form.busy}>
          {action}
        </Button>
      </div>
    </form>
  );
}
