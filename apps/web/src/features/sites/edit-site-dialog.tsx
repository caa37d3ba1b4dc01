import { Modal, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useApiMutation } from '../../shared/api/use-api.ts';
import { Form } from '../../shared/parts/form.tsx';
import { useApiForm } from '../../shared/parts/use-api-form.ts';
import classes from './edit-site-dialog.module.css';
import { updateSite, type SiteDetail } from './site-documents.ts';
import { sitePath } from './site-path.ts';

/** As typed: lists are separated by commas, spaces or lines. */
interface Fields {
  readonly name: string;
  readonly location: string;
  readonly prefixes: string;
  readonly tags: string;
  readonly time_zone: string;
  readonly latitude: string;
  readonly longitude: string;
}

const fieldsOf = (site: SiteDetail): Fields => ({
  name: site.name,
  location: site.location,
  prefixes: site.prefixes.join(', '),
  tags: site.tags.join(', '),
  time_zone: site.time_zone,
  latitude: site.latitude === null ? '' : String(site.latitude),
  longitude: site.longitude === null ? '' : String(site.longitude),
});

const list = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean);
const degrees = (text: string): number | null => (text.trim() === '' ? null : Number(text));

/** Changes what people say of a site; what somebody else changed meanwhile is not overwritten. */
export function EditSiteDialog({ site, onClose }: { site: SiteDetail; onClose: () => void }) {
  const navigate = useNavigate();
  const [update] = useApiMutation(updateSite);
  const form = useApiForm({
    initial: fieldsOf(site),
    submit: ({ name, location, prefixes, tags, time_zone, latitude, longitude }) =>
      update({
        site: site.id,
        version: site.version,
        input: {
          name,
          location,
          prefixes: list(prefixes),
          tags: list(tags),
          time_zone,
          latitude: degrees(latitude),
          longitude: degrees(longitude),
        },
      }),
    onDone: ({ updateSite: updated }) => {
      onClose();
      if (updated.name !== site.name) void navigate({ to: sitePath(updated.name), replace: true });
    },
  });
  return (
    <Modal opened onClose={onClose} title={`Edit ${site.name}`} size="lg">
      <Form form={form} action="Save" onCancel={onClose}>
        <div className={classes.fields}>
          <TextInput label="Name" data-autofocus {...form.text('name')} />
          <TextInput label="Location" {...form.text('location')} />
          <TextInput label="Prefixes" {...form.text('prefixes')} />
          <TextInput label="Tags" placeholder="retail, eu" {...form.text('tags')} />
          <TextInput label="Time zone" {...form.text('time_zone')} />
          <div className={classes.place}>
            <TextInput label="Latitude" placeholder="48.21" {...form.text('latitude')} />
            <TextInput label="Longitude" placeholder="16.37" {...form.text('longitude')} />
          </div>
        </div>
      </Form>
    </Modal>
  );
}
