import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { EmptyState } from '../shared/parts/empty-state.tsx';

/** For an address that leads nowhere. */
export const MissingPage = () => (
  <EmptyState title="There is no such page" action={<Link to="/">Go to the overview</Link>}>
    The address may be mistyped, or what it showed was deleted.
  </EmptyState>
);

/** For a page that failed, or could not be loaded after the controller was replaced by another version. */
export const FailedPage = ({ error }: { error: unknown }) => (
  <EmptyState title="This page failed" action={<Button onClick={() => location.reload()}>Load it again</Button>}>
    {error instanceof Error ? error.message : String(error)}
  </EmptyState>
);
