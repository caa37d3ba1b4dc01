import { Select, TextInput } from '@mantine/core';
import type { ApiForm } from '../../shared/parts/use-api-form.ts';

/** Why something is taken out of use, and for how many seconds, '' for until it is released. */
interface OutOfUse {
  readonly reason: string;
  readonly expires_in_seconds: string;
}

export const inUse: OutOfUse = { reason: '', expires_in_seconds: '' };

/** As the API takes it. */
export const outOfUse = ({ reason, expires_in_seconds: seconds }: OutOfUse) => ({
  reason,
  expires_in_seconds: seconds === '' ? null : Number(seconds),
});

const durations = [
  { value: '', label: 'Until it is released' },
  { value: '900', label: '15 minutes' },
  { value: '3600', label: '1 hour' },
  { value: '14400', label: '4 hours' },
  { value: '86400', label: '1 day' },
];

export function OutOfUseFields({ form }: { form: ApiForm<OutOfUse> }) {
  return (
    <>
      <TextInput label="Why" placeholder="line is rebuilt" data-autofocus {...form.text('reason')} />
      <Select
        label="For how long"
        data={durations}
        allowDeselect={false}
        {...form.field('expires_in_seconds')}
        onChange={(value) => form.set({ expires_in_seconds: value ?? '' })}
      />
    </>
  );
}
