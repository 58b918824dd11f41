package sluice.qos;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;

/** The file of a policy, key by key, as the framework hands it to the component. */
final class TestPolicy {

    private final Map<String, Object> values = new HashMap<>();

    private TestPolicy() {}

    static TestPolicy named(String name) {
        return new TestPolicy().with("name", name);
    }

    TestPolicy rates(long download, long upload) {
        return with("download_kbps", download).with("upload_kbps", upload);
    }

    TestPolicy garden(String garden) {
        return with("garden", garden);
    }

    /** A failure in place of a value is what the framework throws for text that is no number. */
    TestPolicy with(String key, Object value) {
        values.put(key, value);
        return this;
    }

    OwnPolicy.Config config() {
        return of(OwnPolicy.Config.class);
    }

    <C> C of(Class<C> type) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> value(method)));
    }

    PolicySettings settings() {
        return PolicySettings.of("", config());
    }

    private Object value(Method method) {
        Object value = values.getOrDefault(method.getName().replace("__", "_"), method.getDefaultValue());
        if (value instanceof RuntimeException failure) {
            throw failure;
        }
        return value;
    }
}
