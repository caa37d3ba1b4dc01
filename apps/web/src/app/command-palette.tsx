import { Modal, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useId, useMemo, useState, type KeyboardEvent } from 'react';
import { labelsText } from '../shared/figures/format.ts';
import { useNetwork } from '../shared/live/use-network.ts';
import { useCan } from '../shared/services.tsx';
import { features } from './features.ts';
import classes from './command-palette.module.css';
import { matching, type Command } from './matching.ts';

interface PaletteProps {
  readonly onClose: () => void;
  readonly onHelp: () => void;
}

/** Finds any page, site, path or command by some of its letters. */
export function CommandPalette({ onClose, onHelp }: PaletteProps) {
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  const navigate = useNavigate();
  const listId = useId();
  const commands = useCommands();
  const found = useMemo(() => matching(commands, text), [commands, text]);
  const run = (command: Command | undefined) => {
    if (command === undefined) return;
    onClose();
    if (command.path === null) onHelp();
    else void navigate({ href: command.path });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setChosen((chosen + step + found.length) % Math.max(1, found.length));
    }
    if (event.key === 'Enter') run(found[chosen]);
  };
  return (
    <Modal opened onClose={onClose} withCloseButton={false} padding={0} yOffset="12vh" centered={false} size={560}>
      <TextInput
        data-autofocus
        variant="unstyled"
        size="md"
        placeholder="A page, site or path"
        aria-label="Search or go to"
        role="combobox"
        aria-expanded
        aria-controls={listId}
        aria-activedescendant={found[chosen] === undefined ? undefined : `${listId}-${chosen}`}
        leftSection={<IconSearch size={18} />}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setChosen(0);
        }}
        onKeyDown={onKeyDown}
      />
      <ul id={listId} role="listbox" aria-label="Found" className={classes.list}>
        {found.map((command, index) => (
          <li
            key={`${command.kind} ${command.label}`}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={index === chosen}
            ref={index === chosen ? scrollHere : undefined}
            onMouseMove={() => setChosen(index)}
            onClick={() => run(command)}
          >
            <span>{command.label}</span>
            <span className={classes.kind}>{command.kind}</span>
          </li>
        ))}
        {found.length === 0 && <li className={classes.none}>Nothing is called so.</li>}
      </ul>
    </Modal>
  );
}

const scrollHere = (element: HTMLElement | null): void => element?.scrollIntoView({ block: 'nearest' });

function useCommands(): readonly Command[] {
  const { sites, paths } = useNetwork();
  const can = useCan();
  const allowed = ({ operation }: { operation?: Parameters<typeof can>[0] }) =>
    operation === undefined || can(operation);
  const links = features.flatMap((feature) => feature.links ?? []).filter(allowed);
  const commands = features.flatMap((feature) => feature.commands ?? []).filter(allowed);
  return [
    ...links.map(({ label, path }) => ({ kind: 'Page', label, path })),
    ...commands.map(({ label, path }) => ({ kind: 'Do', label, path })),
    { kind: 'Help', label: 'Keys', path: null },
    ...sites.map(({ name }) => ({ kind: 'Site', label: name, path: `/sites/${encodeURIComponent(name)}` })),
    ...[...paths.values()].map((path) => ({
      kind: 'Path',
      label: `${path.source_site} → ${path.dest_site} ${labelsText(path.source_label, path.dest_label)}`,
      path: `/paths/${path.id}`,
    })),
  ];
}
