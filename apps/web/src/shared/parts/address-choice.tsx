import { Select } from '@mantine/core';
import { useSetAddress } from '../address/use-address.ts';

interface AddressChoiceProps {
  readonly label: string;
  readonly name: string;
  readonly value: string;
  readonly data: readonly { readonly value: string; readonly label: string }[];
}

/** A choice that stands in the address bar under its name. */
export function AddressChoice({ label, name, value, data }: AddressChoiceProps) {
  const setAddress = useSetAddress();
  return (
    <Select
      size="xs"
      w={160}
      aria-label={label}
      allowDeselect={false}
      data={data}
      value={value}
      onChange={(next) => setAddress({ [name]: next ?? '' }, { push: true })}
    />
  );
}
