import { Panel } from '../../../shared/parts/panel.tsx';
import { PreviewView } from '../preview-view.tsx';
import classes from './editor.module.css';
import type { PolicyEditor } from './use-policy-editor.ts';

/** What saving would do, as the controller tells while the policy is written. */
export const JudgementPane = ({ editor }: { editor: PolicyEditor }) => (
  <Panel title="What saving changes">
    <div className={classes.judgement} aria-live="polite">
      <Judged editor={editor} />
    </div>
  </Panel>
);

function Judged({ editor: { judgement, unreadable, problem, errors } }: { editor: PolicyEditor }) {
  if (unreadable !== null) return <p>The YAML cannot be read yet.</p>;
  switch (judgement.kind) {
    case 'none':
      return <p className={classes.hint}>Nothing yet.</p>;
    case 'asking':
      return <p className={classes.hint}>Looking …</p>;
    case 'fine':
      return <PreviewView preview={judgement.preview} />;
    case 'refused':
      return (
        <div className={classes.error} role="alert">
          <p>It cannot be saved like this.</p>
          {problem === null ? <p>{Object.values(errors).join(' ')}</p> : <p>{problem}</p>}
        </div>
      );
  }
}
