package sluice.session;

import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The realms that the operator told apart, and the rules for everybody else. Safe for any thread. */
final class Realms {

    private final OutageRules others;
    private final Map<String, Realm> realms = new ConcurrentHashMap<>();

    /** @param others rules of users without realm, or of one that has no file */
    Realms(OutageRules others) {
        this.others = others;
    }

    /** One of two files for the same realm counts. */
    void add(Realm realm) {
        realms.put(realm.name(), realm);
    }

    void remove(Realm realm) {
        realms.remove(realm.name(), realm);
    }

    /** The rules for a user; a realm is known whatever the case of its letters (RFC 7542, 2.4). */
    OutageRules of(String userName) {
        if (realms.isEmpty()) {
            return others;
        }
        int at = userName.lastIndexOf('@');
        Realm realm = at < 0 ? null : realms.get(userName.substring(at + 1).toLowerCase(Locale.ROOT));
        return realm == null ? others : realm.rules();
    }
}
