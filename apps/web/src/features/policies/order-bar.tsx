import { Button, Loader } from '@mantine/core';
import { useApiMutation, useApiQuery } from '../../shared/api/use-api.ts';
import { showDone, showError } from '../../shared/parts/toasts.ts';
import classes from './order-bar.module.css';
import { previewQuery, reorderPolicies, type Policy } from './policy-documents.ts';
import { PreviewView } from './preview-view.tsx';

interface OrderBarProps {
  /** Without the default one, whose place is the last. */
  readonly before: readonly Policy[];
  readonly after: readonly Policy[];
  readonly onDone: () => void;
}

/** An order that is not saved yet: what it would do, and the buttons to save or drop it. */
export function OrderBar({ before, after, onDone }: OrderBarProps) {
  const order = after.map(({ id, version }) => ({ id, version }));
  const preview = useApiQuery(previewQuery, { order });
  const [reorder, busy] = useApiMutation(reorderPolicies);
  const save = async () => {
    const outcome = await reorder({ order });
    if (!outcome.ok) return showError(outcome.error);
    onDone();
    const earlier = before.map(({ id }) => ({ id }));
    showDone('The new order is in force.', async () => {
      const back = await reorder({ order: earlier });
      if (!back.ok) showError(back.error);
    });
  };
  return (
    <section className={classes.bar} aria-label="The new order">
      <div className={classes.text}>
        <h2>The new order is not saved yet</h2>
        {preview.error !== null && <p role="alert">{preview.error.message}</p>}
        {preview.loading && <Loader size="xs" aria-label="Looking at what would change" />}
        {preview.data !== null && <PreviewView preview={preview.data.previewPolicies} />}
      </div>
      <div className={classes.buttons}>
        <Button variant="default" onClick={onDone}>
          Discard
        </Button>
        <Button onClick={() => void save()} loading={busy}>
          Save the order
        </Button>
      </div>
    </section>
  );
}
