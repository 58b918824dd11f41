package sluice.telemetry;

import java.util.Map;
import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.support.DefaultComponent;
import org.apache.camel.support.DefaultEndpoint;
import sluice.platform.api.EventLog;

/**
 * Camel's way into the event log: {@code eventlog:NAME} consumes with the cursor of that name. The body of an exchange
 * is a {@code List<LoggedEvent>} in order; the cursor moves when the route is through with it.
 */
final class EventLogComponent extends DefaultComponent {
    static final String SCHEME = "eventlog";

    private final EventLog log;
    private final int batchMax;

    EventLogComponent(EventLog log, int batchMax) {
        this.log = log;
        this.batchMax = batchMax;
    }

    @Override
    protected Endpoint createEndpoint(String uri, String cursor, Map<String, Object> parameters) {
        return new EventLogEndpoint(uri, cursor);
    }

    private final class EventLogEndpoint extends DefaultEndpoint {
        private final String cursor;

        EventLogEndpoint(String uri, String cursor) {
            super(uri, EventLogComponent.this);
            this.cursor = cursor;
        }

        @Override
        public Consumer createConsumer(Processor processor) {
            return new EventLogConsumer(this, processor, log, cursor, batchMax);
        }

        @Override
        public Producer createProducer() {
            throw new UnsupportedOperationException("Events enter the log through the journal");
        }

        @Override
        public boolean isSingleton() {
            return true;
        }
    }
}
