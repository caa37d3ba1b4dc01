import { notifications } from '@mantine/notifications';
import type { ApiError } from '../api/api-error.ts';
import { undoMessage } from './undo-message.tsx';

/** Long enough to read a sentence; and to reach a button. */
const shownMs = 5000;
const undoMs = 12_000;

/** Says that something was done, where it can be undone with the button for it. */
export function showDone(message: string, undo?: () => unknown): void {
  if (undo === undefined) {
    notifications.show({ message, autoClose: shownMs, color: 'brand' });
    return;
  }
  const id = notifications.show({ message: '', autoClose: undoMs, color: 'brand' });
  const run = (): void => {
    notifications.hide(id);
    void undo();
  };
  notifications.update({ id, message: undoMessage(message, run) });
}

/** Says why something was not done. */
export const showError = (error: ApiError): void => {
  notifications.show({
    title: 'Not done',
    message: [error.message, ...error.problems.map(({ field, problem }) => `${field}: ${problem}`)].join(' '),
    color: 'red',
    autoClose: undoMs,
    role: 'alert',
  });
};
