import { Button, CopyButton } from '@mantine/core';
import { downloadText } from '../../shared/parts/download.ts';
import classes from './account.module.css';

/** Codes for when the app is lost; they are shown this once. */
export const RecoveryCodes = ({ codes, onDone }: { codes: readonly string[]; onDone: () => void }) => (
  <div>
    <p>
      <strong>Keep these recovery codes.</strong> Each is good for one sign-in without your app. They are shown only
      now.
    </p>
    <ul className={classes.codes} aria-label="Recovery codes">
      {codes.map((code) => (
        <li key={code}>
          <code>{code}</code>
        </li>
      ))}
    </ul>
    <div className={classes.buttons}>
      <CopyButton value={codes.join('\n')}>
        {({ copied, copy }) => (
          <Button variant="default" onClick={copy}>
            {copied ? 'Copied' : 'Copy'}
          </Button>
        )}
      </CopyButton>
      <Button
        variant="default"
        onClick={() => downloadText('patronus-recovery-codes.txt', 'text/plain', `${codes.join('\n')}\n`)}
      >
        Save as a file
      </Button>
      <Button onClick={onDone}>I have kept them</Button>
    </div>
  </div>
);
