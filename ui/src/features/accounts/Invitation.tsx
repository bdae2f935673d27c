import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { Button } from '../../components/Button';
import { FailureNotice } from '../../components/FailureNotice';
import { describedBy, Field } from '../../components/Field';
import field from '../../components/Field.module.css';
import { Actions, Card } from '../../components/Page';
import { useText } from '../../lib/i18n';
import { backend } from '../../lib/ipc';
import { useSignInFlow } from './signInFlow';

/** The other way in: the text of the QR code printed on the letter. */
export function Invitation({ onBack }: { onBack: () => void }) {
  const { t } = useText();
  const navigate = useNavigate();
  const { flow, setFlow } = useSignInFlow();
  const [text, setText] = useState(flow.letter ?? '');
  const [empty, setEmpty] = useState(false);
  const input = useRef<HTMLTextAreaElement>(null);
  const read = useMutation({
    mutationFn: backend.readInvitation,
    onSuccess: ({ commune, identifiant }) => {
      setFlow(identifiant === null ? { commune } : { commune, identifiant });
      void navigate('/connexion/espace');
    },
  });
  useEffect(() => input.current?.focus(), []);
  const { letter } = flow;
  const { mutate } = read;
  useEffect(() => {
    if (letter !== undefined) mutate(letter);
  }, [letter, mutate]);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setEmpty(text.trim() === '');
    if (text.trim() === '') input.current?.focus();
    else read.mutate(text.trim());
  };
  const error = empty ? t('accounts.letter.empty') : undefined;

  return (
    <form onSubmit={submit} noValidate>
      <Card>
        {read.isError && <FailureNotice failure={read.error} />}
        <Field id="letter" label={t('accounts.letter.label')} hint={t('accounts.letter.hint')} error={error}>
          <span className={field.control} data-invalid={empty}>
            <textarea
              ref={input}
              id="letter"
              rows={3}
              className={field.input}
              spellCheck={false}
              value={text}
              aria-invalid={empty || undefined}
              aria-describedby={describedBy('letter', true, error)}
              onChange={(event) => setText(event.target.value)}
            />
          </span>
        </Field>
        <Actions>
          <Button
            onClick={() => {
              setFlow({});
              onBack();
            }}
          >
            {t('accounts.letter.byName')}
          </Button>
          <Button type="submit" look="primary" busy={read.isPending}>
            {t('accounts.town.continue')}
          </Button>
        </Actions>
      </Card>
    </form>
  );
}
