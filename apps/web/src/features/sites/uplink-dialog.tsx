import { Checkbox, Modal, Select, TextInput } from '@mantine/core';
import { useApiMutation } from '../../shared/api/use-api.ts';
import { Form } from '../../shared/parts/form.tsx';
import { showDone } from '../../shared/parts/toasts.ts';
import { useApiForm, type ApiForm } from '../../shared/parts/use-api-form.ts';
import classes from './edit-site-dialog.module.css';
import { createUplink, updateUplink, type Uplink } from './site-documents.ts';

/** As typed; rates in Mbit/s, and empty for one that is not known. */
interface Fields {
  readonly label: string;
  readonly device: string;
  readonly address: string;
  readonly port: string;
  readonly cost: string;
  readonly profile: string;
  readonly up_bps: string;
  readonly down_bps: string;
  readonly shaping: string;
  readonly policing: boolean;
  readonly outer_dscp: string;
}

const blank: Fields = {
  label: '',
  device: '',
  address: '',
  port: '',
  cost: '',
  profile: 'default',
  up_bps: '',
  down_bps: '',
  shaping: 'off',
  policing: false,
  outer_dscp: 'none',
};

const megabit = 1_000_000;
const inMegabits = (rate: number | null): string => (rate === null ? '' : String(rate / megabit));

const fieldsOf = (uplink: Uplink): Fields => ({
  label: uplink.label,
  device: uplink.device,
  address: uplink.address ?? '',
  port: String(uplink.port),
  cost: String(uplink.cost),
  profile: uplink.profile,
  up_bps: inMegabits(uplink.up_bps),
  down_bps: inMegabits(uplink.down_bps),
  shaping: uplink.shaping,
  policing: uplink.policing,
  outer_dscp: uplink.outer_dscp,
});

/** What is no number goes as -1, which the API refuses at its field. */
const number = (text: string): number => (/^\d+([.,]\d+)?$/.test(text.trim()) ? Number(text.replace(',', '.')) : -1);
const rate = (text: string): number | null => (text.trim() === '' ? null : Math.round(number(text) * megabit));

/** As the API takes them: without an address an uplink is behind NAT. */
function inputOf({ label, device, address, port, cost, profile, up_bps: up, down_bps: down, ...rest }: Fields) {
  const reached = address.trim() === '' ? { address: null, nat: true } : { address: address.trim(), nat: false };
  return {
    ...rest,
    ...reached,
    label,
    device,
    profile,
    ...(port === '' ? {} : { port: number(port) }),
    ...(cost === '' ? {} : { cost: number(cost) }),
    up_bps: rate(up),
    down_bps: rate(down),
  };
}

const shapings = [
  { value: 'off', label: 'Off' },
  { value: 'fixed', label: 'To its rate up' },
  { value: 'auto', label: 'To what the line carries' },
];

const outerDscps = [
  { value: 'none', label: 'None' },
  { value: 'copy', label: 'That of the packet inside' },
];

interface UplinkDialogProps {
  readonly site: string;
  /** Null: a new one. */
  readonly uplink: Uplink | null;
  readonly onClose: () => void;
}

interface PacketFieldsProps {
  readonly form: ApiForm<Fields>;
  readonly choose: (field: 'shaping' | 'outer_dscp') => (value: string | null) => void;
}

/** Adds or changes an uplink; what somebody else changed meanwhile is not overwritten. */
export function UplinkDialog({ site, uplink, onClose }: UplinkDialogProps) {
  const [create] = useApiMutation(createUplink);
  const [update] = useApiMutation(updateUplink);
  const form = useApiForm<Fields, unknown>({
    initial: uplink === null ? blank : fieldsOf(uplink),
    submit: (fields) =>
      uplink === null
        ? create({ site, input: inputOf(fields) })
        : update({ id: uplink.id, version: uplink.version, input: inputOf(fields) }),
    onDone: () => {
      onClose();
      showDone(uplink === null ? 'The uplink was added.' : 'The uplink was changed.');
    },
  });
  const choose = (field: 'profile' | 'shaping' | 'outer_dscp') => (value: string | null) =>
    form.set(value === null ? {} : { [field]: value });
  return (
    <Modal
      opened
      onClose={onClose}
      title={uplink === null ? `Add an uplink to ${site}` : `Edit ${uplink.label}`}
      size="lg"
    >
      <Form form={form} action={uplink === null ? 'Add' : 'Save'} onCancel={onClose}>
        <div className={classes.fields}>
          <div className={classes.place}>
            <TextInput label="Label" placeholder="mpls" data-autofocus {...form.text('label')} />
            <TextInput label="Device" placeholder="eth0" {...form.text('device')} />
          </div>
          <div className={classes.place}>
            <TextInput label="Address" placeholder="behind NAT" {...form.text('address')} />
            <TextInput label="UDP port" placeholder="chosen" inputMode="numeric" {...form.text('port')} />
          </div>
          <div className={classes.place}>
            <TextInput label="Cost" placeholder="0" inputMode="numeric" {...form.text('cost')} />
            <Select
              label="Probing"
              data={['fast', 'default', 'metered']}
              allowDeselect={false}
              {...form.field('profile')}
              onChange={choose('profile')}
            />
          </div>
          <div className={classes.place}>
            <TextInput label="Up, Mbit/s" placeholder="not known" inputMode="decimal" {...form.text('up_bps')} />
            <TextInput label="Down, Mbit/s" placeholder="not known" inputMode="decimal" {...form.text('down_bps')} />
          </div>
          <PacketFields form={form} choose={choose} />
        </div>
      </Form>
    </Modal>
  );
}

/** What happens to packets that leave by the uplink, and to those that come in. */
function PacketFields({ form, choose }: PacketFieldsProps) {
  return (
    <>
      <Select
        label="Shaping"
        description="Queue on the edge, by class of service, and not in the provider’s modem"
        data={shapings}
        allowDeselect={false}
        {...form.field('shaping')}
        onChange={choose('shaping')}
      />
      <Select
        label="Outer code point"
        description="DSCP of the tunnels’ encrypted packets, for a provider that sells classes of service"
        data={outerDscps}
        allowDeselect={false}
        {...form.field('outer_dscp')}
        onChange={choose('outer_dscp')}
      />
      <Checkbox
        label="Drop what comes in faster than the rate down"
        checked={form.values.policing}
        error={form.errors['policing']}
        onChange={(event) => form.set({ policing: event.currentTarget.checked })}
      />
    </>
  );
}
