import { useMutation } from '@tanstack/react-query';
import { Printer } from 'lucide-react';
import { useNavigate, useParams } from 'react-router';
import { BackLink } from '../../components/BackLink';
import { Button, LinkButton } from '../../components/Button';
import { Facts } from '../../components/Facts';
import { FailureNotice } from '../../components/FailureNotice';
import { Loaded } from '../../components/Loaded';
import { Notice } from '../../components/Notice';
import { Actions, Card, Page } from '../../components/Page';
import { PageTitle } from '../../components/PageTitle';
import { useText } from '../../lib/i18n';
import { backend, type ReceiptLineView, type ReceiptView, type RefusalView } from '../../lib/ipc';
import { money } from '../../lib/money';
import { useSpace } from '../../lib/session';
import styles from './Days.module.css';
import { weekdayDay } from './days';
import { useReceipt } from './useReservations';
import { instant, unitNames, verdictWords } from './words';

/** Refusals that another try, at what is known now, may not meet. */
const askedAgain: ReadonlySet<RefusalView['type']> = new Set([
  'notOpenYet',
  'full',
  'stale',
  'priceChanged',
  'siblingPriceChanged',
]);

/** A receipt: what was asked, and what became of each child's day. */
export function ReceiptPage() {
  const { t } = useText();
  const { id = '' } = useParams();
  const receipt = useReceipt(id);
  return (
    <Page>
      <BackLink to="/recepisses" />
      <Loaded query={receipt} title={t('reservations.receipt.title')}>
        {(view) => <Receipt receipt={view} />}
      </Loaded>
    </Page>
  );
}

function Receipt({ receipt }: { receipt: ReceiptView }) {
  const { t, locale } = useText();
  const { commune } = useSpace();
  const navigate = useNavigate();
  const print = useMutation({ mutationFn: backend.printPage });
  const grid = `/reservations/${receipt.periodId}`;
  const again = useMutation({
    mutationFn: () => backend.bookingTickAgain(receipt.id),
    onSuccess: () => navigate(grid),
  });
  const refused = receipt.lines.some(({ verdict }) => verdict?.type === 'refused' && askedAgain.has(verdict.why.type));
  const answered = receipt.at !== null;
  const facts = [
    { term: t('reservations.receipt.number'), value: receipt.number },
    { term: t('reservations.receipt.town'), value: commune.name },
    { term: t('reservations.receipt.for'), value: `${receipt.activityName} · ${receipt.periodName}` },
    ...(receipt.at ? [{ term: t('reservations.receipt.at'), value: instant(receipt.at, locale) }] : []),
    ...(receipt.since ? [{ term: t('reservations.receipt.since'), value: instant(receipt.since, locale) }] : []),
    ...(receipt.by ? [{ term: t('reservations.receipt.by'), value: receipt.by }] : []),
    ...(receipt.seal ? [{ term: t('reservations.receipt.seal'), value: receipt.seal }] : []),
  ];
  const names = [...new Set(receipt.lines.map((line) => line.firstName))];
  return (
    <>
      <PageTitle>{answered ? t('reservations.receipt.title') : t('reservations.receipt.waiting')}</PageTitle>
      {!answered && (
        <Notice tone="attention" announce>
          {t('reservations.notSent')}
        </Notice>
      )}
      <Card>
        <Facts facts={facts} />
      </Card>
      {names.map((name) => (
        <Card key={name} title={name} id={`enfant-${name}`}>
          <ul className={styles.days}>
            {receipt.lines
              .filter((line) => line.firstName === name)
              .map((line) => (
                <li key={line.day} className={styles.day}>
                  <Line line={line} receipt={receipt} />
                </li>
              ))}
          </ul>
        </Card>
      ))}
      {print.isError && <FailureNotice failure={print.error} />}
      {again.isError && <FailureNotice failure={again.error} />}
      <Actions>
        <LinkButton to={grid}>{t('reservations.receipt.grid')}</LinkButton>
        {refused && <Button onClick={() => again.mutate()}>{t('reservations.receipt.again')}</Button>}
        <Button icon={<Printer size="1.125rem" aria-hidden="true" />} onClick={() => print.mutate()}>
          {t('reservations.print')}
        </Button>
      </Actions>
    </>
  );
}

function Line({ line, receipt }: { line: ReceiptLineView; receipt: ReceiptView }) {
  const { t, locale } = useText();
  const { verdict } = line;
  const cents =
    verdict?.type === 'confirmed' || verdict?.type === 'waiting' || verdict?.type === 'absent' ? verdict.cents : null;
  return (
    <>
      <div className={styles.head}>
        <p className={styles.date}>{weekdayDay(line.day, locale)}</p>
        <p className={styles.price}>{cents === null ? '—' : money(cents, locale)}</p>
      </div>
      <p>
        {line.new.length === 0
          ? t('reservations.review.givenUp', { units: unitNames(line.old, receipt.units) })
          : unitNames(line.new, receipt.units)}
      </p>
      <p
        className={
          verdict?.type === 'refused' ? styles.danger : verdict?.type === 'confirmed' ? styles.success : styles.second
        }
      >
        {verdict ? verdictWords(verdict, receipt.units, t, locale) : t('reservations.cell.toSend')}
      </p>
    </>
  );
}
