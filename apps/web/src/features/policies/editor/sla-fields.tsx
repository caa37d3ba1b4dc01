import { NumberInput } from '@mantine/core';
import classes from './editor.module.css';
import { isObject } from './document-path.ts';
import { useField } from './editor-context.tsx';

const place = ['action', 'sla'] as const;

const bounds = [
  { key: 'max_delay_ms', label: 'Delay', suffix: ' ms', step: 10 },
  { key: 'max_jitter_ms', label: 'Jitter', suffix: ' ms', step: 5 },
  { key: 'max_loss_percent', label: 'Loss', suffix: ' %', step: 0.5 },
  { key: 'min_mos', label: 'MOS, at least', suffix: '', step: 0.1 },
  { key: 'max_reordering_percent', label: 'Overtaken', suffix: ' %', step: 0.5 },
  { key: 'max_duplication_percent', label: 'Doubled', suffix: ' %', step: 0.5 },
];

/** Bounds that a path must keep to suit the traffic, one-way. */
export function SlaFields() {
  const { value, set } = useField(place);
  const sla = isObject(value) ? value : {};
  const change = (key: string, figure: number | string) => {
    const next = Object.fromEntries(Object.entries(sla).filter(([name]) => name !== key));
    if (figure !== '') next[key] = Number(figure);
    set(Object.keys(next).length === 0 ? undefined : next);
  };
  return (
    <fieldset className={classes.group}>
      <legend>A suitable path has one-way at most</legend>
      <div className={classes.bounds}>
        {bounds.map(({ key, label, suffix, step }) => (
          <Bound
            key={key}
            name={key}
            label={label}
            suffix={suffix}
            step={step}
            onChange={(figure) => change(key, figure)}
          />
        ))}
      </div>
    </fieldset>
  );
}

interface BoundProps {
  readonly name: string;
  readonly label: string;
  readonly suffix: string;
  readonly step: number;
  readonly onChange: (figure: number | string) => void;
}

function Bound({ name, label, suffix, step, onChange }: BoundProps) {
  const { value, error } = useField([...place, name]);
  return (
    <NumberInput
      label={label}
      suffix={suffix}
      step={step}
      min={0}
      placeholder="any"
      value={typeof value === 'number' ? value : ''}
      error={error}
      onChange={onChange}
    />
  );
}
