import { ActionIcon, Button, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useApiMutation } from '../../shared/api/use-api.ts';
import { Form } from '../../shared/parts/form.tsx';
import { Page } from '../../shared/parts/page.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import { useApiForm, type ApiForm } from '../../shared/parts/use-api-form.ts';
import { useCan } from '../../shared/services.tsx';
import { JoinPanel } from './join-panel.tsx';
import { JoinedSite } from './joined-site.tsx';
import classes from './new-site-page.module.css';
import { createSite } from './site-documents.ts';

interface Uplink {
  readonly label: string;
  readonly device: string;
  /** Empty: behind NAT. */
  readonly address: string;
}
interface NewSite {
  readonly name: string;
  readonly location: string;
  /** As typed: separated by commas, spaces or lines. */
  readonly prefixes: string;
  readonly endpoints: readonly Uplink[];
}

const blankUplink: Uplink = { label: '', device: '', address: '' };
const blank: NewSite = { name: '', location: '', prefixes: '', endpoints: [blankUplink] };

/** A new site, and then the command by which its edge joins. */
export function NewSitePage() {
  const can = useCan();
  const navigate = useNavigate();
  const [made, setMade] = useState<string | null>(null);
  const [create] = useApiMutation(createSite);
  const form = useApiForm({
    initial: blank,
    submit: ({ name, location, prefixes, endpoints }: NewSite) =>
      create({
        input: {
          name,
          location,
          prefixes: prefixes.split(/[\s,]+/).filter(Boolean),
          endpoints: endpoints
            .filter(({ label, device }) => label !== '' || device !== '')
            .map(({ address, ...uplink }) => (address === '' ? { ...uplink, nat: true } : { ...uplink, address })),
        },
      }),
    onDone: ({ createSite: site }) => setMade(site.name),
  });
  const parent = { label: 'Sites', path: '/sites' };
  if (!can('Mutation.createSite')) {
    return (
      <Page title="Add a site" parent={parent}>
        <Panel>
          Adding sites needs the role operator. <Link to="/sign-in">Sign in</Link> with such an account.
        </Panel>
      </Page>
    );
  }
  if (made !== null) {
    return (
      <Page title={made} parent={parent} subtitle="The site is there. Now its edge joins.">
        <JoinPanel site={made} />
        <JoinedSite name={made} />
      </Page>
    );
  }
  return (
    <Page title="Add a site" parent={parent}>
      <div className={classes.narrow}>
        <Panel>
          <Form form={form} action="Add the site" onCancel={() => void navigate({ to: '/sites' })}>
            <TextInput label="Name" placeholder="berlin" data-autofocus autoFocus {...form.text('name')} />
            <TextInput label="Location" placeholder="Berlin, DE" {...form.text('location')} />
            <TextInput
              label="Prefixes"
              description="Networks behind the edge, separated by commas"
              placeholder="10.7.0.0/16"
              {...form.text('prefixes')}
            />
            <Uplinks form={form} />
          </Form>
        </Panel>
      </div>
    </Page>
  );
}

function Uplinks({ form }: { form: ApiForm<NewSite> }) {
  const { endpoints } = form.values;
  const change = (place: number, changes: Partial<Uplink>) =>
    form.set({ endpoints: endpoints.map((uplink, index) => (index === place ? { ...uplink, ...changes } : uplink)) });
  return (
    <fieldset className={classes.uplinks}>
      <legend>Uplinks</legend>
      <p className={classes.hint}>
        The lines of the site: what kind of line, the network device on the edge, and the address where others reach it.
        Without an address it is taken to be behind NAT: it calls the others.
      </p>
      {endpoints.map(({ label, device, address }, place) => (
        <div key={place} className={classes.uplink}>
          <TextInput
            label={place === 0 && 'Label'}
            aria-label={`Label of uplink ${place + 1}`}
            placeholder="mpls"
            value={label}
            onChange={(event) => change(place, { label: event.currentTarget.value })}
          />
          <TextInput
            label={place === 0 && 'Device'}
            aria-label={`Device of uplink ${place + 1}`}
            placeholder="eth0"
            value={device}
            onChange={(event) => change(place, { device: event.currentTarget.value })}
          />
          <TextInput
            label={place === 0 && 'Address'}
            aria-label={`Address of uplink ${place + 1}`}
            placeholder="behind NAT"
            value={address}
            onChange={(event) => change(place, { address: event.currentTarget.value })}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={`Remove uplink ${place + 1}`}
            onClick={() => form.set({ endpoints: endpoints.filter((_uplink, index) => index !== place) })}
          >
            <IconTrash size={16} />
          </ActionIcon>
        </div>
      ))}
      {form.errors['endpoints'] !== undefined && <p className={classes.error}>{form.errors['endpoints']}</p>}
      <Button
        variant="subtle"
        size="xs"
        leftSection={<IconPlus size={14} />}
        onClick={() => form.set({ endpoints: [...endpoints, blankUplink] })}
      >
        Add an uplink
      </Button>
    </fieldset>
  );
}
