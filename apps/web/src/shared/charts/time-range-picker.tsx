import { Button, Popover, SegmentedControl, TextInput } from '@mantine/core';
import { IconCalendar } from '@tabler/icons-react';
import { useState, type SyntheticEvent } from 'react';
import { formatTime } from '../figures/format.ts';
import classes from './time-range-picker.module.css';
import { lengthOf, relativeRanges } from './time-range.ts';
import type { ShownRange } from './use-time-range.ts';

/** Chooses the range of time that the charts of a page show: up to now, or between two moments. */
export function TimeRangePicker({ shown }: { shown: ShownRange }) {
  const { range, set } = shown;
  const known = relativeRanges.some(({ value }) => value === range.from);
  return (
    <div className={classes.picker}>
      <SegmentedControl
        size="xs"
        aria-label="Range of time"
        data={[...relativeRanges]}
        value={known ? range.from : ''}
        onChange={(from) => set({ from, to: '' })}
      />
      <Absolute shown={shown} />
    </div>
  );
}

function Absolute({ shown: { range, span, set } }: { shown: ShownRange }) {
  const [opened, setOpened] = useState(false);
  const isAbsolute = lengthOf(range.from) === null;
  const text = isAbsolute ? `${formatTime(span.from, span.to)} – ${formatTime(span.to, span.to)}` : 'From … to';
  const submit = (event: SyntheticEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const moment = (name: string) => String(new Date(data.get(name) as string).getTime());
    set({ from: moment('from'), to: moment('to') });
    setOpened(false);
  };
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" trapFocus>
      <Popover.Target>
        <Button
          variant={isAbsolute ? 'light' : 'default'}
          size="xs"
          leftSection={<IconCalendar size={14} />}
          onClick={() => setOpened(!opened)}
        >
          {text}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form onSubmit={submit} className={classes.form}>
          <TextInput type="datetime-local" step={1} name="from" label="From" defaultValue={local(span.from)} required />
          <TextInput type="datetime-local" step={1} name="to" label="To" defaultValue={local(span.to)} required />
          <Button type="submit" size="xs">
            Show
          </Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}

/** As such a field wants it: local time without a zone. */
function local(time: number): string {
  const date = new Date(time);
  return new Date(time - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}
