import { Button, Checkbox, Radio } from '@mantine/core';
import { useState } from 'react';
import { useApiMutation } from '../../shared/api/use-api.ts';
import { plural } from '../../shared/figures/format.ts';
import { useNetwork } from '../../shared/live/use-network.ts';
import { useConfirm } from '../../shared/parts/confirm.tsx';
import { showDone, showError } from '../../shared/parts/toasts.ts';
import { useCan } from '../../shared/services.tsx';
import { setLinks, type TransportLinks } from './link-documents.ts';
import { joins, lostWith, pairsOf, toggled } from './links-between-labels.ts';
import classes from './links-form.module.css';

interface LinksFormProps {
  readonly links: TransportLinks;
  readonly version: number;
}

/** Chooses which labels reach each other; before saving it says what that costs. Who may not change it sees it. */
export function LinksForm({ links, version }: LinksFormProps) {
  const { sites, paths } = useNetwork();
  const can = useCan()('Mutation.setTransportLinks');
  const [draft, setDraft] = useState<TransportLinks>(links);
  const { save, busy } = useSaving(links, version);
  const labels = sites.flatMap(({ endpoints }) => endpoints.map(({ label }) => label));
  const pairs = pairsOf(labels, draft);
  const lost = lostWith(draft, paths.values()).length;
  const changed = JSON.stringify(draft) !== JSON.stringify(links);
  return (
    <div className={classes.form}>
      <Radio.Group
        aria-label="Which labels reach each other"
        value={draft === null ? 'all' : 'some'}
        onChange={(which) => setDraft(which === 'all' ? null : (links ?? pairs.filter(({ a, b }) => a === b)))}
      >
        <div className={classes.ways}>
          <Radio value="all" label="All reach all" disabled={!can} />
          <Radio value="some" label="Only these pairs" disabled={!can} />
        </div>
      </Radio.Group>
      {draft !== null && (
        <fieldset className={classes.pairs}>
          <legend>Pairs of labels</legend>
          {pairs.map(({ a, b }) => (
            <Checkbox
              key={`${a} ${b}`}
              label={a === b ? `${a} with each other` : `${a} – ${b}`}
              checked={joins(draft, a, b)}
              disabled={!can}
              onChange={() => setDraft(toggled(draft, { a, b }))}
            />
          ))}
        </fieldset>
      )}
      {can && (
        <div className={classes.end}>
          <p role="status">{changed && lost > 0 && `${plural(lost, 'path')} would be no more.`}</p>
          <Button variant="default" disabled={!changed} onClick={() => setDraft(links)}>
            Discard
          </Button>
          <Button disabled={!changed} loading={busy} onClick={() => void save(draft, lost)}>
            Save
          </Button>
        </div>
      )}
    </div>
  );
}

/** Asks before paths are lost; the message afterwards puts back what was. */
function useSaving(before: TransportLinks, version: number) {
  const ask = useConfirm();
  const [set, busy] = useApiMutation(setLinks);
  const input = (links: TransportLinks) => (links === null ? null : [...links]);
  const save = async (draft: TransportLinks, lost: number): Promise<void> => {
    const children = <p>Traffic on them moves to what is left, or stops where nothing is.</p>;
    const question = { title: `Give up ${plural(lost, 'path')}?`, action: 'Save', dangerous: true, children };
    if (lost > 0 && !(await ask(question))) return;
    const outcome = await set({ links: input(draft), version });
    if (!outcome.ok) return showError(outcome.error);
    showDone('The transport links are saved.', async () => {
      const back = await set({ links: input(before) });
      if (!back.ok) showError(back.error);
    });
  };
  return { save, busy };
}
