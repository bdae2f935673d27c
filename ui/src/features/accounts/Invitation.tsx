import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { Button } from '../../components/Button';
import { Confirm } from '../../components/Confirm';
import { FailureNotice } from '../../components/FailureNotice';
import { describedBy, Field } from '../../components/Field';
import field from '../../components/Field.module.css';
import { Actions, Card } from '../../components/Page';
import { useText } from '../../lib/i18n';
import { backend, type CommuneView } from '../../lib/ipc';
import { type SignInFlow, useSignInFlow } from './signInFlow';

/** A link to a server that the directory does not know, and that nobody agreed to yet. */
interface Asked {
  text: string;
  host: string;
  identifiant: string | null;
}

/** The other way in: the text of the QR code printed on the letter. */
export function Invitation({ onBack }: { onBack: () => void }) {
  const { t } = useText();
  const navigate = useNavigate();
  const { flow, setFlow } = useSignInFlow();
  const [text, setText] = useState(flow.letter ?? '');
  const [empty, setEmpty] = useState(false);
  const input = useRef<HTMLTextAreaElement>(null);
  const [asked, setAsked] = useState<Asked | null>(null);
  const arrive = (commune: CommuneView, identifiant: string | null, unlisted?: SignInFlow['unlisted']) => {
    setFlow({ commune, ...(identifiant !== null && { identifiant }), ...(unlisted && { unlisted }) });
    void navigate('/connexion/espace');
  };
  const read = useMutation({
    mutationFn: async (typed: string) => {
      const invitation = await backend.readInvitation(typed);
      // The directory's own server may be reached at once; another one only after a question.
      const commune = invitation.type === 'listed' ? await backend.connectTown(invitation.slug) : null;
      return { invitation, commune };
    },
    onSuccess: ({ invitation, commune }, typed) => {
      if (commune) arrive(commune, invitation.identifiant);
      else if (invitation.type === 'unlisted') setAsked({ text: typed, ...invitation });
    },
  });
  const follow = useMutation({
    mutationFn: (agreed: Asked) => backend.connectInvited(agreed.text),
    onSuccess: (commune, { text: invitation, host, identifiant }) => arrive(commune, identifiant, { invitation, host }),
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
      <Confirm
        open={asked !== null}
        title={t('accounts.unlisted.title')}
        action={t('accounts.unlisted.action')}
        harmless
        busy={follow.isPending}
        failure={follow.error}
        onConfirm={() => asked && follow.mutate(asked)}
        onClose={() => {
          follow.reset();
          setAsked(null);
        }}
      >
        <p>{t('accounts.unlisted.words')}</p>
        <p>
          <strong>{asked?.host}</strong>
        </p>
        <p>{t('accounts.unlisted.check')}</p>
      </Confirm>
    </form>
  );
}
