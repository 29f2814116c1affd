from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('pictures', '0004_state_index'),
    ]

    operations = [
        migrations.AddField(
            model_name='picture',
            name='sha256',
            field=models.CharField(blank=True, max_length=64),
        ),
    ]
