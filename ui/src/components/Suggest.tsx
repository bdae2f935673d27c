import { CircleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { ComboBox, Input, Label, ListBox, ListBoxItem, Popover, Text } from 'react-aria-components';
import field from './Field.module.css';
import styles from './Suggest.module.css';

export interface Suggestion {
  id: string;
  /** What the list shows first, and what a screen reader says. */
  text: string;
  detail?: string | undefined;
}

interface SuggestProps {
  id: string;
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
  value: string;
  suggestions: readonly Suggestion[];
  /** Shown in the open list while it has nothing; without it an empty list does not open. */
  empty?: ReactNode;
  autoComplete?: string;
  onChange: (text: string) => void;
  onPick: (id: string) => void;
}

/**
 * A text field that proposes: arrows choose, Enter takes, Escape leaves what was typed. What is typed always stays; the
 * caller says whether it will do.
 */
export function Suggest(props: SuggestProps) {
  const { id, label, hint, error, value, suggestions, empty, autoComplete = 'off', onChange, onPick } = props;
  return (
    <ComboBox
      id={id}
      className={field.field ?? ''}
      items={suggestions}
      inputValue={value}
      onInputChange={onChange}
      onSelectionChange={(key) => key !== null && onPick(String(key))}
      allowsCustomValue
      allowsEmptyCollection={empty !== undefined}
      isInvalid={Boolean(error)}
      menuTrigger="input"
    >
      <Label className={field.label ?? ''}>{label}</Label>
      {hint && (
        <Text slot="description" className={field.hint ?? ''}>
          {hint}
        </Text>
      )}
      <span className={field.control} data-invalid={Boolean(error)}>
        <Input id={id} className={field.input ?? ''} autoComplete={autoComplete} />
      </span>
      {error && (
        <Text slot="errorMessage" className={field.error ?? ''}>
          <CircleAlert size="1rem" aria-hidden="true" />
          {error}
        </Text>
      )}
      <Popover className={styles.popover ?? ''} offset={4}>
        <ListBox<Suggestion>
          className={styles.list ?? ''}
          renderEmptyState={() => <p className={styles.empty}>{empty}</p>}
        >
          {(item) => (
            <ListBoxItem id={item.id} className={styles.option ?? ''} textValue={item.text}>
              <Text slot="label">{item.text}</Text>
              {item.detail && (
                <Text slot="description" className={styles.detail ?? ''}>
                  {item.detail}
                </Text>
              )}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  );
}
