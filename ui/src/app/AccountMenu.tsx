import {
  Accessibility,
  ChevronDown,
  CircleUser,
  DoorClosed,
  LockKeyhole,
  Settings2,
  UserRound,
  UsersRound,
} from 'lucide-react';
import { Button, Header, Menu, MenuItem, MenuSection, MenuTrigger, Popover, Separator } from 'react-aria-components';
import { useNavigate } from 'react-router';
import { useCloseSpace } from '../features/accounts/useCloseSpace';
import { useOpenProfile } from '../features/accounts/useOpenProfile';
import { useText } from '../lib/i18n';
import { backend } from '../lib/ipc';
import { useKiosk } from '../lib/kiosk';
import { useSessionMutation, useSpace } from '../lib/session';
import styles from './AccountMenu.module.css';
import bar from './TopBar.module.css';

/** The other spaces of this computer, the choices of the person, and the way out. */
export function AccountMenu() {
  const { t } = useText();
  const navigate = useNavigate();
  const { profile, others, pin } = useSpace();
  const kiosk = useKiosk();
  const lock = useSessionMutation(backend.lockNow);
  const closing = useCloseSpace();
  const opening = useOpenProfile();
  return (
    <>
      <MenuTrigger>
        <Button className={bar.pill ?? ''}>
          <UserRound size="1rem" aria-hidden="true" />
          {profile.personName ?? t('account.title')}
          <ChevronDown size="0.875rem" aria-hidden="true" />
        </Button>
        <Popover className={styles.popover ?? ''} placement="bottom end" offset={6}>
          <Menu className={styles.menu ?? ''} aria-label={t('frame.menu.label')}>
            {others.length > 0 && (
              <MenuSection>
                <Header className={styles.header ?? ''}>{t('frame.menu.others')}</Header>
                {others.map((other) => (
                  <MenuItem key={other.id} className={styles.item ?? ''} onAction={() => opening.open(other)}>
                    <UsersRound size="1.125rem" aria-hidden="true" />
                    {other.personName
                      ? t('frame.menu.space', { person: other.personName, commune: other.communeName })
                      : other.communeName}
                  </MenuItem>
                ))}
              </MenuSection>
            )}
            {others.length > 0 && <Separator className={styles.separator ?? ''} />}
            <MenuItem className={styles.item ?? ''} onAction={() => void navigate('/compte')}>
              <CircleUser size="1.125rem" aria-hidden="true" />
              {t('account.title')}
            </MenuItem>
            <MenuItem className={styles.item ?? ''} onAction={() => void navigate('/preferences')}>
              <Settings2 size="1.125rem" aria-hidden="true" />
              {t('preferences.title')}
            </MenuItem>
            <MenuItem className={styles.item ?? ''} onAction={() => void navigate('/accessibilite')}>
              <Accessibility size="1.125rem" aria-hidden="true" />
              {t('about.short')}
            </MenuItem>
            {/* A kiosk has « Terminer », always in sight. */}
            {!kiosk && <Separator className={styles.separator ?? ''} />}
            {pin && (
              <MenuItem
                className={styles.item ?? ''}
                textValue={t('frame.menu.lock')}
                onAction={() => lock.mutate(undefined)}
              >
                <LockKeyhole size="1.125rem" aria-hidden="true" />
                <span className={styles.words}>
                  <span>{t('frame.menu.lock')}</span> <span className={styles.hint}>{t('frame.menu.lockHint')}</span>
                </span>
              </MenuItem>
            )}
            {!kiosk && (
              <MenuItem className={styles.item ?? ''} textValue={closing.label} onAction={closing.close}>
                <DoorClosed size="1.125rem" aria-hidden="true" />
                <span className={styles.words}>
                  <span>{closing.label}</span> <span className={styles.hint}>{closing.hint}</span>
                </span>
              </MenuItem>
            )}
          </Menu>
        </Popover>
      </MenuTrigger>
      {closing.question}
      {opening.question}
    </>
  );
}
