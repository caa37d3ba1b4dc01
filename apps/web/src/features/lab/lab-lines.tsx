import { Button, Modal, NumberInput } from '@mantine/core';
import { useState } from 'react';
import { useApiMutation, type Outcome } from '../../shared/api/use-api.ts';
import { formatBitRate } from '../../shared/figures/format.ts';
import { HealthBadge, type Health } from '../../shared/health/health.tsx';
import { Form } from '../../shared/parts/form.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import { showError } from '../../shared/parts/toasts.ts';
import { useApiForm } from '../../shared/parts/use-api-form.ts';
import { useCan } from '../../shared/services.tsx';
import { breakLine, healLine, impairLine, type LabLine } from './lab-documents.ts';
import classes from './lab-page.module.css';

interface LabLinesProps {
  readonly lines: readonly LabLine[];
  readonly onChanged: () => void;
}

/** Every line of the lab, and what can be done to it. */
export function LabLines({ lines, onChanged }: LabLinesProps) {
  const [worsening, setWorsening] = useState<LabLine | null>(null);
  return (
    <Panel title="Lines" flush>
      <ul className={classes.lines}>
        {lines.map((line) => (
          <li key={`${line.site}/${line.label}`}>
            <div className={classes.line}>
              <p>
                <strong>
                  {line.site} {line.label}
                </strong>{' '}
                <HealthBadge {...stateOf(line)} />
              </p>
              <p>{passageOf(line)}</p>
            </div>
            <Buttons line={line} onWorsen={() => setWorsening(line)} onChanged={onChanged} />
          </li>
        ))}
      </ul>
      {worsening !== null && <ImpairDialog line={worsening} onClose={() => setWorsening(null)} onChanged={onChanged} />}
    </Panel>
  );
}

/** What was done to a line. */
function stateOf({ blackout, carrier_down: cut, impaired }: LabLine): { health: Health; word: string } {
  if (cut) return { health: 'down', word: 'cut: no carrier' };
  if (blackout.length > 0) return { health: 'down', word: 'silent: every packet vanishes' };
  return impaired ? { health: 'degraded', word: 'worsened' } : { health: 'up', word: 'whole' };
}

function passageOf({ out }: LabLine): string {
  const parts = [`${out.delay_ms} ms`];
  if (out.jitter_ms > 0) parts.push(`± ${out.jitter_ms} ms`);
  if (out.loss_percent > 0) parts.push(`${out.loss_percent} % lost`);
  if (out.rate_bps !== null) parts.push(formatBitRate(out.rate_bps));
  return parts.join(', ');
}

interface ButtonsProps {
  readonly line: LabLine;
  readonly onWorsen: () => void;
  readonly onChanged: () => void;
}

function Buttons({ line, onWorsen, onChanged }: ButtonsProps) {
  const can = useCan();
  const [cut, cutting] = useApiMutation(breakLine);
  const [heal, healing] = useApiMutation(healLine);
  if (!can('Mutation.labBreak')) return null;
  const where = { site: line.site, endpoint: line.label };
  const isFaulty = line.impaired || line.carrier_down || line.blackout.length > 0;
  const after = (outcome: Outcome<unknown>) => {
    if (!outcome.ok) showError(outcome.error);
    onChanged();
  };
  return (
    <div className={classes.buttons}>
      {isFaulty ? (
        <Button size="xs" loading={healing} onClick={() => void heal(where).then(after)}>
          Mend
        </Button>
      ) : (
        <>
          <Button
            size="xs"
            variant="default"
            loading={cutting}
            onClick={() => void cut({ ...where, silent: true }).then(after)}
          >
            Silence
          </Button>
          <Button
            size="xs"
            variant="default"
            disabled={cutting}
            onClick={() => void cut({ ...where, silent: false }).then(after)}
          >
            Cut
          </Button>
        </>
      )}
      <Button size="xs" variant="default" onClick={onWorsen}>
        Worsen …
      </Button>
    </div>
  );
}

interface ImpairDialogProps {
  readonly line: LabLine;
  readonly onClose: () => void;
  readonly onChanged: () => void;
}

interface Figures {
  readonly delay_ms: number | string;
  readonly jitter_ms: number | string;
  readonly loss_percent: number | string;
}

function ImpairDialog({ line, onClose, onChanged }: ImpairDialogProps) {
  const [impair] = useApiMutation(impairLine);
  const { delay_ms, jitter_ms, loss_percent } = line.out;
  const initial: Figures = { delay_ms, jitter_ms, loss_percent };
  const form = useApiForm({
    initial,
    submit: (values) =>
      impair({
        site: line.site,
        endpoint: line.label,
        delay_ms: Number(values.delay_ms),
        jitter_ms: Number(values.jitter_ms),
        loss_percent: Number(values.loss_percent),
      }),
    onDone: () => {
      onClose();
      onChanged();
    },
  });
  return (
    <Modal opened onClose={onClose} title={`Worsen ${line.site} ${line.label}, both ways`}>
      <Form form={form} action="Worsen" onCancel={onClose}>
        <div className={classes.figures}>
          <NumberInput label="Delay, ms" min={0} max={10_000} data-autofocus {...form.field('delay_ms')} />
          <NumberInput label="Jitter, ms" min={0} max={10_000} {...form.field('jitter_ms')} />
          <NumberInput label="Loss, %" min={0} max={100} {...form.field('loss_percent')} />
        </div>
      </Form>
    </Modal>
  );
}
