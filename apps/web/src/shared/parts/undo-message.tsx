import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './undo-message.module.css';

/** A sentence with a button that takes back what it tells of. */
export const undoMessage = (message: string, undo: () => void): ReactNode => (
  <span className={classes.line}>
    {message}
    <Button size="compact-xs" variant="light" onClick={undo}>
      Undo
    </Button>
  </span>
);
