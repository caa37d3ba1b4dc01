import { TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { useAddressParameters, useSetAddress } from '../../shared/address/use-address.ts';
import { useNetwork } from '../../shared/live/use-network.ts';
import { AddressChoice } from '../../shared/parts/address-choice.tsx';
import classes from './flow-filters.module.css';

/** As edges call them. */
const protocols = ['tcp', 'udp', 'icmp', 'sctp', 'gre', 'esp'];
const knownChoices = [
  { value: '', label: 'Any application' },
  { value: 'yes', label: 'Not known' },
];
const searchAfterMs = 250;

/** What is looked for, in the address bar. */
export function FlowFilters() {
  const { search = '', site = '', protocol = '', unknown = '' } = useAddressParameters();
  const setAddress = useSetAddress();
  const { sites } = useNetwork();
  const [text, setText] = useState(search);
  const searchLater = useDebouncedCallback((next: string) => setAddress({ search: next }), searchAfterMs);
  return (
    <div className={classes.filters} role="search" aria-label="Find flows">
      <TextInput
        data-filter
        size="xs"
        className={classes.search}
        aria-label="Part of an address or a server's name"
        placeholder="Address or server"
        leftSection={<IconSearch size={14} />}
        value={text}
        onChange={({ currentTarget }) => {
          setText(currentTarget.value);
          searchLater(currentTarget.value);
        }}
      />
      <AddressChoice
        name="site"
        label="Site"
        value={site}
        data={[{ value: '', label: 'From any site' }, ...sites.map(({ name }) => same(name))]}
      />
      <AddressChoice
        name="protocol"
        label="Protocol"
        value={protocol}
        data={[{ value: '', label: 'Any protocol' }, ...protocols.map(same)]}
      />
      <AddressChoice name="unknown" label="Application" value={unknown} data={knownChoices} />
    </div>
  );
}

const same = (value: string) => ({ value, label: value });
