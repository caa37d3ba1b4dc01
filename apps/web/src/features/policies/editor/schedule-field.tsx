import { ActionIcon, Button, TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import classes from './editor.module.css';
import { isObject, type Json, type JsonObject, type Place } from './document-path.ts';
import { textsIn, useField } from './editor-context.tsx';

const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const officeHours: JsonObject = { days: days.slice(0, 5), from: '08:00', to: '18:00' };

/** Times of the week, by the clocks of the site that a flow comes from. */
export function ScheduleField({ place }: { place: Place }) {
  const { value, error, set } = useField(place);
  const windows = Array.isArray(value) ? (value as readonly Json[]) : [];
  const change = (index: number, window: JsonObject | null) =>
    set(window === null ? windows.toSpliced(index, 1) : windows.with(index, window));
  return (
    <div className={classes.windows}>
      {windows.map((window, index) => (
        <ScheduleWindow
          key={index}
          number={index + 1}
          window={isObject(window) ? window : {}}
          onChange={(next) => change(index, next)}
        />
      ))}
      {error !== undefined && (
        <p className={classes.error} role="alert">
          {error}
        </p>
      )}
      <Button
        variant="subtle"
        size="compact-xs"
        leftSection={<IconPlus size={13} />}
        onClick={() => set([...windows, officeHours])}
      >
        Add times
      </Button>
    </div>
  );
}

interface WindowProps {
  readonly number: number;
  readonly window: JsonObject;
  readonly onChange: (window: JsonObject | null) => void;
}

function ScheduleWindow({ number, window, onChange }: WindowProps) {
  const chosen = textsIn(window['days']);
  const toggle = (day: string) => {
    const next = days.filter((each) => (each === day ? !chosen.includes(day) : chosen.includes(each)));
    const { days: _before, ...rest } = window;
    onChange(next.length === 0 ? rest : { days: next, ...rest });
  };
  const time = (key: 'from' | 'to', missing: string) => (
    <TextInput
      aria-label={`${key === 'from' ? 'From' : 'To'} time ${number}`}
      size="xs"
      w={74}
      placeholder={missing}
      value={typeof window[key] === 'string' ? window[key] : ''}
      onChange={({ currentTarget }) => {
        const { [key]: _before, ...rest } = window;
        onChange(currentTarget.value === '' ? rest : { ...window, [key]: currentTarget.value });
      }}
    />
  );
  return (
    <div className={classes.window}>
      <span className={classes.days} role="group" aria-label={`Days ${number}, none means all`}>
        {days.map((day) => (
          <button key={day} type="button" aria-pressed={chosen.includes(day)} onClick={() => toggle(day)}>
            {day}
          </button>
        ))}
      </span>
      {time('from', '00:00')} – {time('to', '24:00')}
      <ActionIcon variant="subtle" color="gray" aria-label={`Remove times ${number}`} onClick={() => onChange(null)}>
        <IconX size={15} />
      </ActionIcon>
    </div>
  );
}
