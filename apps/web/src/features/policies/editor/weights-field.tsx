import { ActionIcon, Autocomplete, Button, NumberInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import classes from './editor.module.css';
import { isObject, type Json, type JsonObject } from './document-path.ts';
import { useEditor, useField } from './editor-context.tsx';

/** Shares of several lines, instead of the best one alone. */
export function WeightsField() {
  const { suggestions } = useEditor();
  const { value, error, set } = useField(['action', 'weights']);
  const weights = Array.isArray(value) ? (value as readonly Json[]) : [];
  const change = (index: number, next: JsonObject | null) => {
    const changed = next === null ? weights.toSpliced(index, 1) : weights.with(index, next);
    set(changed.length === 0 ? undefined : changed);
  };
  const unused = suggestions.labels.find((label) => !weights.some((each) => isObject(each) && each['label'] === label));
  return (
    <fieldset className={classes.group}>
      <legend>Share flows over lines</legend>
      {weights.map((each, index) => {
        const entry = isObject(each) ? each : {};
        return (
          <div key={index} className={classes.weight}>
            <Autocomplete
              aria-label={`Line ${index + 1}`}
              data={[...suggestions.labels]}
              value={typeof entry['label'] === 'string' ? entry['label'] : ''}
              onChange={(label) => change(index, { ...entry, label })}
            />
            <NumberInput
              aria-label={`Weight of line ${index + 1}`}
              min={1}
              value={typeof entry['weight'] === 'number' ? entry['weight'] : ''}
              onChange={(weight) => change(index, { ...entry, weight: Number(weight) })}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              size="lg"
              aria-label={`Remove line ${index + 1}`}
              onClick={() => change(index, null)}
            >
              <IconX size={16} />
            </ActionIcon>
          </div>
        );
      })}
      {error !== undefined && (
        <p className={classes.error} role="alert">
          {error}
        </p>
      )}
      <Button
        variant="subtle"
        size="compact-sm"
        leftSection={<IconPlus size={14} />}
        onClick={() => set([...weights, { label: unused ?? '', weight: 1 }])}
      >
        Add a line with its share
      </Button>
    </fieldset>
  );
}
