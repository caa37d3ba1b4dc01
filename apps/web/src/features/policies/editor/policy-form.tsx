import { Button, NumberInput, TextInput } from '@mantine/core';
import { useBlocker, useNavigate } from '@tanstack/react-router';
import { useRef, useState, type SyntheticEvent } from 'react';
import { useConfirm } from '../../../shared/parts/confirm.tsx';
import { Page } from '../../../shared/parts/page.tsx';
import { Panel } from '../../../shared/parts/panel.tsx';
import { showDone, showError } from '../../../shared/parts/toasts.ts';
import { useApiMutation } from '../../../shared/api/use-api.ts';
import { useServices, useSession } from '../../../shared/services.tsx';
import { deletePolicy } from '../policy-documents.ts';
import { ActionFields } from './action-fields.tsx';
import classes from './editor.module.css';
import { textOf, type JsonObject } from './document-path.ts';
import { EditorProvider, useField } from './editor-context.tsx';
import { JudgementPane } from './judgement-pane.tsx';
import { MatchFields } from './match-fields.tsx';
import { changesOf, writePolicy, type StoredPolicy, type Writing } from './policy-document-api.ts';
import { usePolicyEditor } from './use-policy-editor.ts';
import { useSuggestions } from './use-suggestions.ts';
import { YamlPane } from './yaml-pane.tsx';

interface PolicyFormProps {
  readonly title: string;
  readonly initial: JsonObject;
  /** Null for a new one. */
  readonly stored: StoredPolicy | null;
  readonly id: string | null;
}

/** A policy as form and as YAML at once, and what saving it would change. */
export function PolicyForm({ title, initial, stored, id }: PolicyFormProps) {
  const [first] = useState(initial);
  const writingOf = (document: JsonObject): Writing | null => {
    if (id === null) return document['name'] === '' ? null : { kind: 'create', document };
    const changes = changesOf(first, document);
    if (Object.keys(changes).length === 0) return null;
    return { kind: 'update', id, changes, version: stored!.version };
  };
  const editor = usePolicyEditor(first, writingOf);
  const suggestions = useSuggestions();
  const navigate = useNavigate();
  const announce = useUndo(first);
  const saved = useUnsavedGuard(JSON.stringify(editor.document) !== JSON.stringify(first));
  const back = id === null ? '/policies' : `/policies/${id}`;
  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    const writing = writingOf(editor.document);
    const written = await editor.save();
    if (written === null || writing === null) return;
    saved();
    announce(textOf(editor.document['name']), written, writing);
    void navigate({ to: `/policies/${written}` });
  };
  const ready = editor.unreadable === null && writingOf(editor.document) !== null;
  return (
    <EditorProvider editor={editor} suggestions={suggestions}>
      <form onSubmit={(event) => void submit(event)} noValidate>
        <Page
          title={title}
          parent={{ label: 'Policies', path: '/policies' }}
          actions={
            <>
              <Button variant="default" onClick={() => void navigate({ to: back })}>
                Cancel
              </Button>
              <Button type="submit" loading={editor.busy} disabled={!ready}>
                Save
              </Button>
            </>
          }
        >
          <div className={classes.panes}>
            <div className={classes.form}>
              <Panel>
                <NameFields isDefault={stored?.isDefault ?? false} />
              </Panel>
              {stored?.isDefault !== true && (
                <Panel title="Which traffic">
                  <MatchFields />
                </Panel>
              )}
              <Panel title="What becomes of it">
                <ActionFields />
              </Panel>
            </div>
            <div className={classes.side}>
              <JudgementPane editor={editor} />
              <YamlPane editor={editor} />
            </div>
          </div>
        </Page>
      </form>
    </EditorProvider>
  );
}

function NameFields({ isDefault }: { isDefault: boolean }) {
  const [name, description, priority] = [useField(['name']), useField(['description']), useField(['priority'])];
  return (
    <div className={classes.names}>
      <TextInput
        label="Name"
        placeholder="voice"
        data-autofocus
        disabled={isDefault}
        value={typeof name.value === 'string' ? name.value : ''}
        error={name.error}
        onChange={(event) => name.set(event.currentTarget.value)}
      />
      <NumberInput
        label="Priority"
        description="Higher is looked at first"
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        min={1}
        disabled={isDefault}
        value={typeof priority.value === 'number' ? priority.value : ''}
        error={priority.error}
        onChange={(value) => priority.set(value === '' ? undefined : Number(value))}
      />
      <TextInput
        label="Description"
        placeholder="What it is for"
        value={typeof description.value === 'string' ? description.value : ''}
        error={description.error}
        onChange={(event) => description.set(event.currentTarget.value === '' ? undefined : event.currentTarget.value)}
      />
    </div>
  );
}

/** Says that it is saved, with the way back: a new policy is deleted again, a changed one is as it was. */
function useUndo(first: JsonObject): (name: string, id: string, writing: Writing) => void {
  const session = useSession();
  const { network } = useServices();
  const [remove] = useApiMutation(deletePolicy);
  const navigate = useNavigate();
  return (name, id, writing) => {
    if (writing.kind === 'create') {
      showDone(`${name} is saved.`, async () => {
        const outcome = await remove({ policy: id });
        if (!outcome.ok) return showError(outcome.error);
        void navigate({ to: '/policies' });
      });
      return;
    }
    const csrfToken = session.kind === 'signed-in' ? session.csrfToken : '';
    const changes = changesOf({ ...first, ...writing.changes }, first);
    showDone(`${name} is saved.`, async () => {
      const outcome = await writePolicy({ kind: 'update', id, changes }, csrfToken);
      if (outcome.ok) network.refresh();
      else showError(outcome.error);
    });
  };
}

/** Asks before what was typed is lost; the answer ends that, once it is saved. */
function useUnsavedGuard(changed: boolean): () => void {
  const ask = useConfirm();
  const over = useRef(false);
  useBlocker({
    shouldBlockFn: async () => {
      if (!changed || over.current) return false;
      const leave = await ask({
        title: 'Leave without saving?',
        children: 'What you changed here is lost.',
        action: 'Leave',
        dangerous: true,
      });
      return !leave;
    },
    enableBeforeUnload: () => changed && !over.current,
  });
  return () => {
    over.current = true;
  };
}
