import { Button, Skeleton } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Answer } from '../api/use-api.ts';
import { EmptyState } from './empty-state.tsx';

interface QueryViewProps<Data> {
  readonly answer: Answer<Data>;
  /** Room that the content will take, px, so that nothing jumps when it comes. */
  readonly height?: number;
  readonly children: (data: Data) => ReactNode;
}

/** What a query answered; until then its room, and on a failure why and a way to try again. */
export function QueryView<Data>({ answer, height = 160, children }: QueryViewProps<Data>) {
  if (answer.data !== null) return children(answer.data);
  if (answer.error === null) return <Skeleton height={height} aria-label="Loading" />;
  const again = (
    <Button variant="default" onClick={answer.refresh}>
      Try again
    </Button>
  );
  return (
    <EmptyState title="This could not be loaded" action={again}>
      {answer.error.message}
    </EmptyState>
  );
}
