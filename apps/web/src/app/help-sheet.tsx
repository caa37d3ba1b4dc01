import { Modal } from '@mantine/core';
import { goLetters } from './keyboard.ts';
import classes from './help-sheet.module.css';

const keys: readonly (readonly [keys: readonly string[], what: string])[] = [
  [['Ctrl', 'K'], 'Search, or go to any site, path or page'],
  [['?'], 'This sheet'],
  [['/'], 'Filter the list on the page'],
  [['↑', '↓'], 'Move in a list'],
  [['Enter'], 'Open what is chosen'],
  [['Esc'], 'Close what is open'],
  ...goLetters.map(({ letter, label }) => [['g', letter], `Go to ${label}`] as const),
];

/** What the keyboard does. */
export const HelpSheet = ({ onClose }: { onClose: () => void }) => (
  <Modal opened onClose={onClose} title="Keys">
    <dl className={classes.keys}>
      {keys.map(([combination, what]) => (
        <div key={what}>
          <dt>
            {combination.map((key) => (
              <kbd key={key}>{key}</kbd>
            ))}
          </dt>
          <dd>{what}</dd>
        </div>
      ))}
    </dl>
  </Modal>
);
