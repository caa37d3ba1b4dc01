import { Text } from '@mantine/core';
import type { Uplink } from './site-documents.ts';

/** What others see before an uplink, by the API's word for it. */
const words: Readonly<Record<string, string>> = {
  none: 'no NAT seen',
  endpoint_independent: 'behind NAT, same port to all',
  address_dependent: 'behind NAT, maps by destination',
  translated: 'behind NAT',
  unknown: 'behind NAT, not seen yet',
};

/** Where others reach or see an uplink and, behind NAT, of which kind that is; `own` are the addresses on its device. */
export function UplinkAddress({ uplink, own }: { uplink: Uplink; own: readonly string[] }) {
  const { nat, address, nat_type: type, public_address: seen } = uplink;
  if (!nat) return <code>{address ?? '–'}</code>;
  return (
    <>
      <code>{seen ?? (own.length > 0 ? own.join(', ') : '–')}</code>
      <Text size="xs" c="dimmed">
        {words[type] ?? 'behind NAT'}
      </Text>
    </>
  );
}
